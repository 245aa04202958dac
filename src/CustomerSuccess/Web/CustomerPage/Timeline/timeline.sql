-- What happened to one customer, newest first, from a place in that order on. Reads the index events_by_subject from its end.
select id, source, type, occurred_at, received_at, person_id, actor, properties::text as properties, url, history,
  case when left(subject, 1) = '~' and type not in ('identity_linked', 'identity_unlinked') then coalesce('~p:' || person_id, subject) end as who
from attributed
where customer_id = @id
  and (@types::text[] is null or type = any(@types))
  and (@sources::text[] is null or source = any(@sources))
  and (@at::timestamptz is null or (occurred_at, received_at, id) < (@at, @received, @last))
order by occurred_at desc, received_at desc, id desc
limit @rows
