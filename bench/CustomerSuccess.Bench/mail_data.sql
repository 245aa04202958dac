-- A delivery log of @n messages over a year to 5,000 customers: most sent, some of every other end.
insert into messages (customer_id, message_id, dedupe_key, kind, topic, to_email, state, channel, reason, created_at, not_before, sent_at, attempt)
select 'c' || n % 5000, lpad(to_hex(n), 32, '0'), 'k' || n, (array['welcome', 'weekly_summary', 'first_pr', 're_engagement'])[1 + n % 4], 'product', 'c' || n % 5000 || '@x.example',
  case when n % 1000 = 1 then 'unknown' when n % 100 = 2 then 'failed' when n % 50 = 3 then 'suppressed' when n % 50 = 4 then 'dropped' else 'sent' end,
  (array['sendgrid', 'smtp', 'kit'])[1 + n % 3], '', timestamptz '2025-01-01' + n * interval '5 minutes', timestamptz '2025-01-01' + n * interval '5 minutes',
  timestamptz '2025-01-01' + n * interval '5 minutes', 1
from generate_series(1, @n) n;
insert into message_steps (customer_id, message_id, n, at, state, channel)
select customer_id, message_id, 1, created_at, 'sending', channel from messages;
