-- One part of the log as three columns, each of them eight bytes an event: whose it is (a hash of the subject, or of the visitor), when, and a hash of its
-- label. Packed here, because ten million rows sent one by one take longer than everything else together. What nobody did is left
-- out; what a bot did is marked.
select string_agg(int8send(hashtextextended(/*who*/, 0)), ''::bytea), string_agg(timestamptz_send(occurred_at), ''::bytea),
  string_agg(int8send(case when properties ? 'bot' and (properties -> 'bot')::text = 'true' then 0 else hashtextextended(/*label*/, 1) end), ''::bytea)
from events
where /*part*/ and (customer_id is not null or visitor_id is not null or person_id is not null or group_id is not null) and (/*which*/)
