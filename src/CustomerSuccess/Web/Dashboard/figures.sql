-- What every headline figure is a sum of, in one pass: the customers in totals by what they have done, how they stand and
-- whether they are stuck. A few dozen rows, whatever the number of customers.
select steps, completed_date is not null as completed,
  case when coalesce(last_active, signup_date) <= @today::date - @inactive_after::int then 'inactive' else band end as status,
  blocker_type <> '' as blocked,
  count(*) as customers, sum(prs_generated)::bigint as generated, sum(prs_merged)::bigint as merged, coalesce(sum(mrr), 0) as mrr,
  coalesce(sum(days_to_value), 0) as value_days, count(days_to_value) as valued,
  coalesce(sum(days_to_complete), 0) as complete_days, count(days_to_complete) as timed
from standings
where counted
group by 1, 2, 3, 4;

-- Active today: one of the five counts or an API call on this UTC day.
select count(*)
from activity a join standings s on s.customer_id = a.customer_id
where a.day = @today and s.counted
  and (a.issues_tagged > 0 or a.prs_generated > 0 or a.prs_merged > 0 or a.prs_rejected > 0 or a.support_requests > 0 or a.api_calls > 0);

-- Who is not in totals, so that the pages can say so.
select count(*) filter (where is_test) as test, count(*) filter (where archived and not is_test) as archived,
  count(*) filter (where account_status = 'churned' and not archived and not is_test) as churned
from standings
where not counted;

-- Who needs a person today: at risk or blocked and not long gone; the most money first.
select customer_id, organization, owner, mrr, signup_date, last_active, score, band, blocker_type, blocked_at, steps, done, completed_date is not null as completed
from standings
where counted and (band = 'at_risk' or blocker_type <> '') and coalesce(last_active, signup_date) > @today::date - @inactive_after::int
order by mrr desc nulls last, score, customer_id
limit 4;
