-- Identities that a message names together, kept the first time; the left one is what may come to belong to the right one.
-- A customer is on the right only where the message itself named it: staff who add people to a customer do not say who that is
-- elsewhere, but whoever makes a customer may say whose visit it was. '~e:' is a mail address, '~c:' a customer's id
-- that Stripe was told; whether there is such a customer is to be seen. What the key of one customer says is left out: it could
-- claim the people of another. Doors: 'open' asks for no key (the scripts of websites, SiteDoors.cs), a 'webhook' is signed, a 'public' key stands in pages and apps. First is
-- what came in first: senders write their own times.
naming as (
  select subject, visitor_id, person_id, group_id, type, received_at, source, id, left(subject, 1) <> '~' as of_customer,
    case when source in ('script', 'plausible', 'umami') then 'open' when source in ('github', 'stripe') then 'webhook'
      when actor like 'source:%' then 'public' else 'key' end as door,
    case when type = 'identify' then properties ->> 'email' end as mail,
    case when type = 'alias' then properties ->> 'previous_id' end as previous,
    case when type = 'alias' then coalesce(person_id, properties ->> 'user_id') end as person,
    case when source = 'stripe' then properties ->> 'customer_email' end as account_mail,
    case when source = 'stripe' then properties ->> 'customer_ref' end as account_customer
  from new where (visitor_id is not null or person_id is not null or group_id is not null or type = 'alias') and coalesce(actor, '') not like 'customer-key:%'
),
met_pairs as (
  select a, b, received_at, source, id, door from (
    select '~v:' || visitor_id as a, '~p:' || person_id as b, received_at, source, id, door from naming where visitor_id is not null and person_id is not null
    union all
    select '~p:' || person_id, '~g:' || group_id, received_at, source, id, door from naming where person_id is not null and group_id is not null
    union all
    select '~v:' || visitor_id, '~g:' || group_id, received_at, source, id, door from naming where visitor_id is not null and person_id is null and group_id is not null
    union all
    select '~p:' || person_id, subject, received_at, source, id, door from naming
    where of_customer and person_id is not null and (source not in ('ui', 'api', 'cli', 'csv', 'system') or type = 'customer_created')
    union all
    select '~v:' || visitor_id, subject, received_at, source, id, door from naming where of_customer and visitor_id is not null and person_id is null
    union all
    select '~g:' || group_id, subject, received_at, source, id, door from naming where of_customer and group_id is not null
    union all
    select '~p:' || person_id, '~e:' || lower(trim(mail)), received_at, source, id, door from naming where person_id is not null and mail like '%_@_%'
    union all
    select '~p:' || person_id, '~e:' || lower(trim(person_id)), received_at, source, id, door from naming where not of_customer and person_id like '%_@_%'
    union all
    select '~g:' || group_id, '~e:' || lower(trim(account_mail)), received_at, source, id, door from naming where group_id is not null and account_mail like '%_@_%'
    union all
    select '~g:' || group_id, '~c:' || account_customer, received_at, source, id, door from naming where group_id is not null and account_customer <> ''
    union all
    select k || previous, '~p:' || person, received_at, source, id, door from naming cross join (values ('~v:'), ('~p:')) kinds(k)
    where previous <> '' and person <> '' and previous <> person
  ) named
  where length(a) <= 256 and length(b) <= 260
),
new_pairs as (
  insert into pairs (a, b, first_at, source, id, door)
  select distinct on (a, b, door) a, b, received_at, source, id, door from met_pairs order by a, b, door, received_at, source, id
  on conflict do nothing
  returning a, b, door
),
-- Those who have news: whoever was paired or seen for the first time, and customers whose names elsewhere may have changed.
pairs_waiting as (
  insert into unresolved (identities)
  select array_agg(distinct a order by a) from (
    select a from new_pairs
    union all
    -- A group of GitHub or Stripe may have been named by others before they said who works in it.
    select b from new_pairs where door = 'webhook' and left(b, 3) = '~g:'
    union all
    select subject from new_sightings where left(subject, 3) in ('~g:', '~p:')
    union all
    select subject from new where type in ('customer_created', 'customer_updated', 'person_updated') and left(subject, 1) <> '~'
  ) news
  having count(*) > 0
)
