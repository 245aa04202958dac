-- Who anonymous visitors, people and groups of other tools belong to, and the log as seen from customers.
-- Locks: adds a column without a default to events (an instant); new tables else.

-- The group (account) a message of another tool names; it may or may not be known here.
alter table events add column group_id text;

-- Where each subject that is no customer ('~v:' visitor, '~p:' person, '~g:' group) leads. Replayed from identity_linked
-- and identity_unlinked events, which are never rewritten; neither are the events of the subject.
create table identities (
  identity text primary key,
  -- What it is linked to: another identity, or a customer.
  target text not null,
  -- Where that leads in the end; null while it leads to nobody known.
  customer_id text,
  -- Since when the customer is known: what is asked of an earlier day does not see the link.
  linked_at timestamptz not null
);
create index identities_by_customer on identities (customer_id) where customer_id is not null;
create index identities_by_target on identities (target);
select cs_distribute('identities', 'identity', 'events');

-- Identities that one message named together, and the first such message: what links are concluded from.
create table pairs (
  a text not null,
  b text not null,
  first_at timestamptz not null,
  source text not null,
  id text not null,
  primary key (a, b)
);
create index pairs_by_b on pairs (b);
select cs_distribute('pairs', 'a', 'events');

-- Identities with news, waiting for the resolver. A queue: rows are only added and taken.
create table unresolved (
  id bigint generated always as identity primary key,
  identities text[] not null
);

-- The log as seen from customers: what names them, and what was done by those who are linked to them.
create view attributed as
select e.subject as customer_id, null::timestamptz as linked_at, e.subject, e.source, e.id, e.type, e.occurred_at, e.claimed_at, e.sent_at,
  e.received_at, e.group_id, e.person_id, e.visitor_id, e.session_id, e.url, e.referrer, e.utm_source, e.utm_medium, e.utm_campaign,
  e.utm_term, e.utm_content, e.properties, e.history, e.actor, e.replayed
from events e
where e.customer_id is not null
union all
select i.customer_id, i.linked_at, e.subject, e.source, e.id, e.type, e.occurred_at, e.claimed_at, e.sent_at,
  e.received_at, e.group_id, e.person_id, e.visitor_id, e.session_id, e.url, e.referrer, e.utm_source, e.utm_medium, e.utm_campaign,
  e.utm_term, e.utm_content, e.properties, e.history, e.actor, e.replayed
from identities i join events e on e.subject = i.identity
where i.customer_id is not null and e.customer_id is null;
