-- Customers by what other tools may call them: (how, key, customer).
select 'customer_id' as how, customer_id as key, customer_id from customers where customer_id = any(@ids)
union all
select 'email', email, customer_id from customer_emails where email = any(@mails)
union all
select 'github', lower(github_username), customer_id from customers where github_username <> '' and lower(github_username) = any(@logins)
union all
select 'external_id', k.key, c.customer_id
from customers c cross join lateral (
  select e.value as key from jsonb_each_text(c.external_ids) e union select e.key || ':' || e.value from jsonb_each_text(c.external_ids) e) k
where jsonb_path_query_array(c.external_ids, '$.*') ?| @externals and k.key = any(@groups)
union all
select distinct 'person_email', lower(email), customer_id from people where email <> '' and removed_at is null and lower(email) = any(@mails)
order by 1, 2, 3
