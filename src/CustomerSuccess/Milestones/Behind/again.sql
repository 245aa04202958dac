-- Events that are seen as another customer's than before: those customers are taken from the log again, and what comes of it is no news.
moved_in_milestones as (
  insert into milestones_waiting (what, customers, history)
  select '~all', array_agg(distinct customer_id), true from new where customer_id is not null
  having count(*) > 0
)
