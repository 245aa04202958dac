-- Customers who have been here for so many days and have not reached the milestone of it; those who left stop counting.
insert into milestones_waiting (what, customers, history)
select '~days', array_agg(customer_id), false from (
  select c.customer_id, (row_number() over (order by c.customer_id) - 1) / 1000 as part
  from customers c left join milestones m on m.customer_id = c.customer_id and m.milestone = @milestone
  where m.customer_id is null and c.signup_date <= @until and c.status <> 'churned' and c.archived_at is null
    and (cardinality(@plans::text[]) = 0 or lower(c.plan) = any(@plans)) and (cardinality(@cohorts::text[]) = 0 or lower(c.cohort) = any(@cohorts))
) each
group by part
