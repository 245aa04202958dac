-- What is known about @customers: one row each, from what the rooms below keep up to date, or (after known.sql) from what
-- they would have held at the end of a day.
select c.customer_id, c.signup_date,
  (case when o.welcome_email_sent is null then 0 else 1 end + case when o.account_created is null then 0 else 2 end
    + case when o.github_action_installed is null then 0 else 4 end + case when o.first_issue_tagged is null then 0 else 8 end
    + case when o.first_pr_generated is null then 0 else 16 end) as steps,
  o.completed_at is not null as completed, coalesce(e.days_active, 0) as days_active, e.last_active,
  coalesce(e.prs_generated, 0) as prs_generated, coalesce(e.prs_merged, 0) as prs_merged, coalesce(o.blocker_type, '') as blocker_type
from customers c
left join onboarding o on o.customer_id = c.customer_id
left join (select * from engagement where customer_id = any(@customers)) e on e.customer_id = c.customer_id
where c.customer_id = any(@customers)
order by c.customer_id
