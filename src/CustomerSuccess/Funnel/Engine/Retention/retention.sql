-- Customers of each cohort by the week of their life in which they were active: an activity day counts where one of the five
-- counts or the API calls are above 0. A week counts for those who have lived it to its end, so that rates are never of a part.
-- $active and $lived stand for one sum a week; bits has one bit for every week with an active day.
with members as (
  select customer_id, signup_date, case @by when 'cohort' then coalesce(nullif(cohort, ''), '(none)') else to_char(date_trunc('week', signup_date), 'YYYY-MM-DD') end as cohort
  from customers
  where not is_test and archived_at is null and signup_date between @first and @today
),
active as (
  select a.customer_id, bit_or(1::bigint << ((a.day - m.signup_date) / 7)) as bits
  from activity a join members m on m.customer_id = a.customer_id
  where a.day between @first and @today and a.day >= m.signup_date and (a.day - m.signup_date) / 7 < @weeks
    and greatest(a.issues_tagged, a.prs_generated, a.prs_merged, a.prs_rejected, a.support_requests, a.api_calls) > 0
  group by a.customer_id
)
select m.cohort, count(*) as size, array[/*lived*/] as lived, array[/*active*/] as active
from members m left join active a on a.customer_id = m.customer_id
group by m.cohort
order by m.cohort
