-- Incoming messages to stored events, with everything that is folded from them, in one statement. A message about a
-- customer that does not exist is left out; so is one whose key is already there. Parameters go by place: named ones would
-- have Npgsql read and rewrite this text at every commit.
with incoming as (
  select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
    $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
    $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
    $19::text[], $20::text[], $21::jsonb[], $22::bool[], $23::text[])
  as i(subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id, session_id,
    url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
),
-- Of those customers that were not seen a moment ago.
unknown as (
  select named as customer_id from unnest($24::text[]) named
  except
  select customer_id from customers where customer_id = any($24)
),
stored as (
  insert into events (subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor)
  select subject, source, id, type, occurred_at, claimed_at, sent_at, received_at, customer_id, group_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor
  from incoming
  where customer_id is null or customer_id not in (select customer_id from unknown)
  order by id, source, subject
  on conflict do nothing
  returning subject, source, id, type, occurred_at, received_at, customer_id, group_id, person_id, visitor_id,
    session_id, url, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, properties, history, actor
),
/*new*//*folds*/
-- What Rows reads: 3 where all were stored, else 0 and a key that was; 1 and a customer who does not exist; 2 and one whose totals
-- must be taken again.
select case (select count(*) from stored) when cardinality($3) then 3 else -1 end, '', null, null
union all
select 0, id, source, subject from stored where (select count(*) from stored) < cardinality($3)
union all
select 1, customer_id, null, null from unknown/*unsettled*/
