-- Incoming messages to stored events, with everything that is folded from them, in one statement. A message about a
-- customer that does not exist is left out; so is one whose key is already there. Parameters go by place: named ones would
-- have Npgsql read and rewrite this text at every commit.
with incoming as (
  select * from unnest(
    $1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[], $12::text[],
    $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
    $19::text[], $20::text[], $21::text[], $22::jsonb[], $23::bool[], $24::text[])
  as i(n, subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id, session_id,
    url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
),
known as (
  select customer_id from customers where customer_id in (select customer_id from incoming)
  union
  select customer_id from incoming where type = 'customer_created'
),
stored as (
  insert into events (subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
  select subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor
  from incoming
  where customer_id is null or customer_id in (select customer_id from known)
  order by id, source, subject
  on conflict do nothing
  returning *
),
-- As customers see it: what a linked visitor, person or group does is done by the customer.
new as (
  select s.subject, s.source, s.id, s.type, s.occurred_at, s.received_at, coalesce(s.customer_id, l.customer_id) as customer_id,
    s.group_id, s.person_id, s.visitor_id, s.session_id, s.url, s.referrer, s.utm_source, s.utm_medium, s.utm_campaign, s.utm_term, s.utm_content,
    s.properties, s.history, s.actor
  from stored s left join identities l on s.customer_id is null and l.identity = s.subject
)/*folds*/
select i.n, e.id is not null, i.customer_id is not null and k.customer_id is null, null::text
from incoming i
left join stored e on e.subject = i.subject and e.source = i.source and e.id = i.id
left join known k on k.customer_id = i.customer_id/*unsettled*/
