-- The queue for health holds one row for each call that stored events, and lifetime totals are summed up from the days:
-- two rows less to write with every event.
-- Locks: touched and engagement, for as long as it takes to copy what waits.

alter table touched rename to touched_before;
alter sequence touched_id_seq rename to touched_before_id_seq;
alter index touched_pkey rename to touched_before_pkey;

-- Customers something happened to, waiting for their health to be worked out again. A queue: rows are only added and taken.
create table touched (
  id bigint generated always as identity primary key,
  customers text[] not null,
  -- In the same order, the first day whose health may have changed; null: today only. History restates the past.
  since date[]
);
insert into touched (customers, since)
select array_agg(customer_id), array_agg(since) from (
  select customer_id, min(since) as since, (row_number() over (order by customer_id) - 1) / 1000 as part from touched_before group by customer_id
) each group by part;
drop table touched_before;

drop table engagement;
-- Asked for some customers at a time: a sum over the days of each, a few hundred rows at most.
create view engagement as
select customer_id, sum(issues_tagged)::bigint as issues_tagged, sum(prs_generated)::bigint as prs_generated, sum(prs_merged)::bigint as prs_merged,
  sum(prs_rejected)::bigint as prs_rejected, sum(support_requests)::bigint as support_requests, sum(api_calls)::bigint as api_calls,
  count(*) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as days_active,
  max(day) filter (where greatest(issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls) > 0) as last_active
from activity group by customer_id;
