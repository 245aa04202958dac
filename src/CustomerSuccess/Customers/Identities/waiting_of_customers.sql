-- Who was seen under one of the names by which these customers may be known elsewhere: their id, address, GitHub name, external ids,
-- and the addresses of their people.
with names as (
  select customer_id as name from customers where customer_id = any(@customers)
  union select email from customers where customer_id = any(@customers)
  union select lower(email) from customers where customer_id = any(@customers)
  union select github_username from customers where customer_id = any(@customers)
  union select lower(github_username) from customers where customer_id = any(@customers)
),
outside as (
  select 'github:' || github_username as name from customers where customer_id = any(@customers)
  union select 'github:' || lower(github_username) from customers where customer_id = any(@customers)
  union select e.value from customers c cross join lateral jsonb_each_text(c.external_ids) e where c.customer_id = any(@customers)
  union select e.key || ':' || e.value from customers c cross join lateral jsonb_each_text(c.external_ids) e where c.customer_id = any(@customers)
),
wanted as materialized (
  select '~p:' || name as identity from names where name <> ''
  union select '~g:' || name from names where name <> ''
  union select '~g:' || name from outside
),
mails as materialized (
  select '~e:' || lower(email) as mail from customers where customer_id = any(@customers)
  union select '~e:' || lower(email) from people where customer_id = any(@customers) and email <> '' and removed_at is null
)
select s.identity from sightings s where s.identity = any(array(select identity from wanted))
union select p.a from pairs p where p.a = any(array(select identity from wanted))
union select p.b from pairs p where p.b = any(array(select identity from wanted))
union select p.a from pairs p where p.b = any(array(select mail from mails))
union select p.a from pairs p where p.b = any(@customers)
union select p.a from pairs p where p.b = any(array(select '~c:' || customer_id from customers where customer_id = any(@customers)))
