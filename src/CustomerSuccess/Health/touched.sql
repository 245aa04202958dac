-- Whose health has to be worked out again; history also restates the days since then, and so does a link
-- that is undone. One row for all of this call: a row for each customer was one more write with every event.
waiting as (
  insert into touched (customers, since)
  select array_agg(customer_id), case when bool_or(since is not null) then array_agg(since) end
  from (
    select customer_id, least(min((occurred_at at time zone 'utc')::date) filter (where history),
      min((properties ->> 'since')::date) filter (where type = 'identity_unlinked')) as since
    from new
    where customer_id is not null and type not in ('health_changed', 'note_added', 'note_removed', 'note_restored', 'page_view', 'person_updated', 'email_sent', 'milestone_reached', 'milestone_restated')
    group by customer_id
  ) each
  having count(*) > 0
)
