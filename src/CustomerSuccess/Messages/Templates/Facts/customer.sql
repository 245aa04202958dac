-- One customer as a letter speaks of it: the account and who it is written to, the steps, fourteen days, the sums of a lifetime.
select c.customer_id, c.organization, c.email, c.github_username, c.cohort, c.industry, c.plan, c.owner, c.signup_date, c.traits::text as traits,
  coalesce((select p.name from people p where p.customer_id = @id and lower(p.email) = lower(coalesce(nullif(@email, ''), c.email)) and p.removed_at is null and p.name <> '' order by p.first_seen limit 1), '') as person
from customers c where c.customer_id = @id;

select day as date, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls
from activity where customer_id = @id and day between @from and @to order by day;

select issues_tagged, prs_generated, prs_merged, api_calls, days_active, last_active
from engagement where customer_id = @id;

-- The score of a week ago, for the trend.
select score from health_scores where customer_id = @id and day <= @week_ago order by day desc limit 1;
