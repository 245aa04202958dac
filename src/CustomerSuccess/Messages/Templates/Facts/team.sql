-- All customers in totals, as the team's letters speak of them. Days: who signed up and who completed.
select signup_date as day, count(*) as customers from standings where counted and signup_date between @from and @to group by 1;

select completed_date as day, count(*) as customers from standings where counted and completed_date between @from and @to group by 1;

-- Days: how many customers did anything, and what was merged.
select a.day, count(*) filter (where a.issues_tagged + a.prs_generated + a.prs_merged + a.prs_rejected + a.support_requests + a.api_calls > 0) as customers, sum(a.prs_merged)::bigint as merged
from activity a join standings s on s.customer_id = a.customer_id
where s.counted and a.day between @from and @to group by 1;

-- How many different customers did anything in each of the two weeks.
select count(distinct a.customer_id) filter (where a.day > @middle) as now, count(distinct a.customer_id) filter (where a.day <= @middle) as before
from activity a join standings s on s.customer_id = a.customer_id
where s.counted and a.day between @from and @to
  and (a.issues_tagged > 0 or a.prs_generated > 0 or a.prs_merged > 0 or a.prs_rejected > 0 or a.support_requests > 0 or a.api_calls > 0);

select case when coalesce(last_active, signup_date) <= @today::date - @inactive_after::int then 'inactive' else band end as status, count(*) as customers
from standings where counted group by 1;

select customer_id, organization from standings where counted and signup_date > @middle and signup_date <= @to and (@owner::text is null or lower(owner) = @owner) order by mrr desc nulls last, customer_id limit @most;

select customer_id, organization, days_to_complete from standings where counted and completed_date > @middle and completed_date <= @to and (@owner::text is null or lower(owner) = @owner) order by completed_date desc, customer_id limit @most;

select customer_id, organization, count(*) over () as of from standings
where counted and band = 'at_risk' and coalesce(last_active, signup_date) > @today::date - @inactive_after::int and (@only::text[] is null or customer_id = any(@only))
order by mrr desc nulls last, score, customer_id limit @most;

-- Whose score moved most within seven days: to an owner, theirs.
with before as (select distinct on (customer_id) customer_id, score from health_scores where day <= @week_ago order by customer_id, day desc),
moved as (select s.customer_id, s.organization, s.score, s.score - b.score as moved from standings s join before b on b.customer_id = s.customer_id where s.counted and abs(s.score - b.score) >= 3 and (@owner::text is null or lower(s.owner) = @owner))
(select * from moved where moved < 0 order by moved, customer_id limit 5) union all (select * from moved where moved > 0 order by moved desc, customer_id limit 5);
