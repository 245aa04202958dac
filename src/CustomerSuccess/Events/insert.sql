-- Incoming messages to stored events, with everything that is folded from them, in one statement. A message about a
-- customer that does not exist is left out; so is one whose key is already there. Parameters go by place: named ones would
-- have Npgsql read and rewrite this text at every commit.
with incoming as (
  select * from unnest(
    $1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[], $12::text[],
    $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
    $19::text[], $20::text[], $21::jsonb[], $22::bool[], $23::text[])
  as i(n, subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, person_id, visitor_id, session_id,
    url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
),
known as (
  select customer_id from customers where customer_id in (select customer_id from incoming)
  union
  select customer_id from incoming where type = 'customer_created'
),
new as (
  insert into events (subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
  select subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor
  from incoming
  where customer_id is null or customer_id in (select customer_id from known)
  order by id, source, subject
  on conflict do nothing
  returning *
)/*folds*/
select i.n, e.id is not null, i.customer_id is not null and k.customer_id is null, null::text
from incoming i
left join new e on e.subject = i.subject and e.source = i.source and e.id = i.id
left join known k on k.customer_id = i.customer_id/*unsettled*/
