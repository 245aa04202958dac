-- Fourteen days of the headline figures, for the lines beside them. All from what is stored: nothing is drawn without it.
select a.day, count(*) filter (where a.issues_tagged > 0 or a.prs_generated > 0 or a.prs_merged > 0 or a.prs_rejected > 0 or a.support_requests > 0 or a.api_calls > 0) as active,
  sum(a.prs_generated)::bigint as generated, sum(a.prs_merged)::bigint as merged
from activity a join standings s on s.customer_id = a.customer_id
where a.day > @today::date - 14 and a.day <= @today and s.counted
group by a.day;

select signup_date as day, count(*) as customers
from standings
where counted and signup_date > @today::date - 14
group by signup_date;

select completed_date as day, count(*) as customers
from standings
where counted and completed_date > @today::date - 14
group by completed_date;

-- The values the list can be filtered by.
select cohort, industry, owner
from standings
where counted
group by cohort, industry, owner;
