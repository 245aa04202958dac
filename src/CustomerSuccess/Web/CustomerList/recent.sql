-- For the customers of one page: the score a week ago, and what they did on each of the last fourteen days.
select distinct on (customer_id) customer_id, score
from health_scores
where customer_id = any(@ids) and day <= @today::date - 7
order by customer_id, day desc;

select customer_id, day, issues_tagged + prs_generated + prs_merged + prs_rejected + support_requests + api_calls as did
from activity
where customer_id = any(@ids) and day > @today::date - 14 and day <= @today;
