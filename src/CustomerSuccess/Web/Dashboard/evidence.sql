-- Why these customers need someone: their score a week ago and their support requests since.
select distinct on (customer_id) customer_id, score
from health_scores
where customer_id = any(@ids) and day <= @week_ago
order by customer_id, day desc;

select customer_id, sum(support_requests)::bigint as requests
from activity
where customer_id = any(@ids) and day > @week_ago
group by customer_id;
