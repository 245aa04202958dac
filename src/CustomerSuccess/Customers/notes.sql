noted as (
  insert into notes as n (customer_id, note_id, author, text, created_at, removed_at)
  select customer_id, properties ->> 'note_id', coalesce(min(actor) filter (where type = 'note_added'), ''),
    coalesce(min(properties ->> 'text') filter (where type = 'note_added'), ''), min(occurred_at),
    min(occurred_at) filter (where type = 'note_removed')
  from new where type in ('note_added', 'note_removed') and customer_id is not null
  group by 1, 2 order by 1, 2
  on conflict (customer_id, note_id) do update set author = greatest(n.author, excluded.author), text = greatest(n.text, excluded.text),
    created_at = least(n.created_at, excluded.created_at), removed_at = least(n.removed_at, excluded.removed_at)
)
