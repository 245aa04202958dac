-- Landmark: customers who were active in the two weeks before day @landmark of their life and have lived four to eight weeks beyond it.
-- What they had reached by that day was known by that day; whether they were active in those later weeks came after it.
with members as (
  select customer_id, signup_date from customers where not is_test and archived_at is null and signup_date <= @today - (@landmark + 56)
),
at_landmark as materialized (
  select m.customer_id, m.signup_date + @landmark as day, bool_or(a.day >= m.signup_date + @landmark + 28) as retained
  from members m join activity a on a.customer_id = m.customer_id
  where greatest(a.issues_tagged, a.prs_generated, a.prs_merged, a.prs_rejected, a.support_requests, a.api_calls) > 0
    and (a.day >= greatest(m.signup_date, m.signup_date + @landmark - 14) and a.day < m.signup_date + @landmark
      or a.day >= m.signup_date + @landmark + 28 and a.day < m.signup_date + @landmark + 56)
  group by m.customer_id, m.signup_date
  having bool_or(a.day < m.signup_date + @landmark)
)
select '' as milestone, count(*) as n, count(*) filter (where retained) as retained from at_landmark
union all
select m.milestone, count(*), count(*) filter (where l.retained)
from at_landmark l join milestones m on m.customer_id = l.customer_id
where m.reached_at < l.day::timestamp at time zone 'utc'
group by m.milestone
