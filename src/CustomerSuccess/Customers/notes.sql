noted as (
  insert into notes as n (customer_id, note_id, author, text, action, created_at, removed_at, restored_at)
  select customer_id, properties ->> 'note_id', coalesce(min(actor) filter (where type = 'note_added'), ''),
    coalesce(min(properties ->> 'text') filter (where type = 'note_added'), ''),
    coalesce(min(properties ->> 'action') filter (where type = 'note_added'), ''), min(occurred_at),
    max(occurred_at) filter (where type = 'note_removed'), max(occurred_at) filter (where type = 'note_restored')
  from new where type in ('note_added', 'note_removed', 'note_restored') and customer_id is not null
  group by 1, 2 order by 1, 2
  on conflict (customer_id, note_id) do update set author = greatest(n.author, excluded.author), text = greatest(n.text, excluded.text),
    action = greatest(n.action, excluded.action), created_at = least(n.created_at, excluded.created_at),
    removed_at = greatest(n.removed_at, excluded.removed_at), restored_at = greatest(n.restored_at, excluded.restored_at)
)
