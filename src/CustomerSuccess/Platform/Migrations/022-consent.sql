-- Who wants which mail, which addresses get none, what went to an address lately, and what came back from mails that were sent.
-- Locks: new tables only.

-- What a person can do without. A message names one; names nobody listed here are planned ones.
create table topics (
  topic text primary key,
  name text not null,
  description text not null,
  -- Empty: the English words.
  name_de text not null default '',
  description_de text not null default '',
  -- transactional: cannot be switched off and goes at once. prompt: answers what the customer just did, goes at once and counts
  -- towards the caps. planned: obeys caps, quiet hours and the time people like to be written to.
  pace text not null check (pace in ('transactional', 'prompt', 'planned')),
  -- How long caps and more important messages may put one off; after that it is dropped.
  waits_hours integer not null default 72 check (waits_hours between 0 and 720),
  position integer not null default 100,
  changed_at timestamptz not null default now(),
  changed_by text not null default 'system'
);
select cs_distribute('topics', null);
insert into topics (topic, name, description, name_de, description_de, pace, waits_hours, position) values
  ('account', 'Your account', 'Sign-in, billing and what you need to use the product.', 'Ihr Konto', 'Anmeldung, Abrechnung und was Sie zur Benutzung brauchen.', 'transactional', 0, 10),
  ('onboarding', 'Getting started', 'A mail at each of your first steps, and what comes next.', 'Erste Schritte', 'Eine Mail bei jedem Ihrer ersten Schritte und was als Nächstes kommt.', 'prompt', 72, 20),
  ('product', 'Product news', 'What you reached, and what is new and useful to you.', 'Neues zum Produkt', 'Was Sie erreicht haben, und was neu und nützlich für Sie ist.', 'planned', 120, 30),
  ('weekly_summary', 'Weekly summary', 'Your week in numbers, once a week.', 'Wochenüberblick', 'Ihre Woche in Zahlen, einmal in der Woche.', 'planned', 48, 40),
  ('re_engagement', 'When you have been away', 'A reminder after some time without activity.', 'Wenn Sie länger nicht da waren', 'Eine Erinnerung nach einiger Zeit ohne Aktivität.', 'planned', 36, 50);

-- What a person chose, for a customer and an address (in small letters). No row: nothing was chosen, the topic is wanted.
create table preferences (
  customer_id text not null,
  email text not null,
  -- '*': every topic that has no row of its own, those to come as well.
  topic text not null,
  wanted boolean not null,
  -- one_click, page, provider, staff, api.
  reason text not null,
  note text not null default '',
  -- The mail whose link was used, where one was.
  message_id text not null default '',
  changed_at timestamptz not null,
  changed_by text not null,
  primary key (customer_id, email, topic)
);
select cs_distribute('preferences', 'customer_id', 'events');

-- Addresses that get nothing, whoever the customer is. Local: an address needs one place.
create table suppressions (
  -- A keyed hash of the address, so that it can be looked up when the address itself is erased.
  address_key text primary key,
  -- In small letters; null when the person was erased.
  email text,
  reason text not null check (reason in ('hard_bounce', 'staff', 'complaint', 'wish')),
  note text not null default '',
  customer_id text not null default '',
  message_id text not null default '',
  added_at timestamptz not null,
  added_by text not null,
  -- Taken off the list again; who and why stays.
  removed_at timestamptz,
  removed_by text not null default '',
  removed_reason text not null default ''
);
create index suppressions_by_email on suppressions (email) where email is not null;
create index suppressions_by_time on suppressions (added_at desc, address_key);

-- What went, or is going, to an address lately: the frequency caps count these. Written in the transaction in which a message is
-- judged, while the address is locked. Local, for the same reason; the address as a hash, for nobody reads it here.
create table message_holds (
  address_key text not null,
  message_id text not null,
  customer_id text not null,
  kind text not null,
  at timestamptz not null,
  primary key (address_key, message_id)
);
create index message_holds_by_time on message_holds (address_key, at desc);

-- What providers told about mails that were sent, each thing once.
create table feedback (
  customer_id text not null,
  -- sendgrid, smtp.
  source text not null,
  -- The provider's name for it: a second one with the same name is the same thing told again.
  event_id text not null,
  message_id text not null,
  -- delivered, bounced, dropped, delayed, complained, unsubscribed, opened, clicked.
  kind text not null,
  at timestamptz not null,
  received_at timestamptz not null,
  url text not null default '',
  agent text not null default '',
  -- Whence a click came; forgotten as soon as it is judged.
  address text not null default '',
  method text not null default '',
  -- Of a click: human or machine; '' while that is not decided.
  verdict text not null default '' check (verdict in ('', 'human', 'machine')),
  why text not null default '',
  primary key (customer_id, source, event_id)
);
select cs_distribute('feedback', 'customer_id', 'events');
create index feedback_of_message on feedback (customer_id, message_id, at);
create index feedback_to_judge on feedback (received_at) where kind = 'clicked' and verdict = '';

-- How many of each kind came to what: stored, duplicate, unmatched. Local.
create table feedback_counts (
  source text not null,
  kind text not null,
  outcome text not null,
  total bigint not null,
  last_at timestamptz not null,
  primary key (source, kind, outcome)
);
