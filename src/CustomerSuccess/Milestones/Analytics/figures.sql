-- Of customers in totals: how many there are; by milestone and days from sign-up how many reached it; by milestone and week since @first.
select count(*) from customers where not is_test and archived_at is null and status <> 'churned';
select m.milestone, greatest(0, (m.reached_at at time zone 'utc')::date - c.signup_date) as days, count(*) as n
from milestones m join customers c on c.customer_id = m.customer_id
where not c.is_test and c.archived_at is null and c.status <> 'churned'
group by 1, 2 order by 1, 2;
select m.milestone, ((m.reached_at at time zone 'utc')::date - @first::date) / 7 as week, count(*) as n
from milestones m join customers c on c.customer_id = m.customer_id
where not c.is_test and c.archived_at is null and c.status <> 'churned' and m.reached_at >= @first::date::timestamp at time zone 'utc'
group by 1, 2
