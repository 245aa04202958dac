-- Whose health has to be worked out again; history also restates the days since then.
waiting as (
  insert into touched (customer_id, since)
  select customer_id, min((occurred_at at time zone 'utc')::date) filter (where history)
  from new
  where customer_id is not null and type not in ('health_changed', 'note_added', 'note_removed', 'note_restored', 'page_view', 'person_updated')
  group by customer_id
)
