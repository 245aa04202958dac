-- Rows recorded by hand or imported, under their lasting ids.
recorded as (
  insert into engagement_rows as r (customer_id, row_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, copies)
  select * from (
    select customer_id, properties ->> 'row' as row_id, (properties ->> 'date')::date as day,
      sum(coalesce((properties ->> 'issues_tagged')::bigint, 0)) as issues_tagged, sum(coalesce((properties ->> 'prs_generated')::bigint, 0)) as prs_generated,
      sum(coalesce((properties ->> 'prs_merged')::bigint, 0)) as prs_merged, sum(coalesce((properties ->> 'prs_rejected')::bigint, 0)) as prs_rejected,
      sum(coalesce((properties ->> 'support_requests')::bigint, 0)) as support_requests, sum(coalesce((properties ->> 'copies')::bigint, 1)) as copies
    from new where type = 'engagement_recorded' and properties ->> 'row' is not null and customer_id is not null
    group by 1, 2, 3
  ) sums
  where (issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, copies) <> (0, 0, 0, 0, 0, 0)
  order by customer_id, row_id, day
  on conflict (customer_id, row_id, day) do update set
    issues_tagged = r.issues_tagged + excluded.issues_tagged, prs_generated = r.prs_generated + excluded.prs_generated,
    prs_merged = r.prs_merged + excluded.prs_merged, prs_rejected = r.prs_rejected + excluded.prs_rejected,
    support_requests = r.support_requests + excluded.support_requests, copies = r.copies + excluded.copies
),
rows_unsettled as (
  select distinct customer_id from new where type = 'engagement_recorded' and customer_id is not null and (properties ->> 'copies')::bigint < 1
)
