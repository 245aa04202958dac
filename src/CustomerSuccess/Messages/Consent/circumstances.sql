-- What decides about one message: how long it has been waiting (seconds) and whether its cause is gone, limits, topic, customer,
-- suppression, choices, and what went to the address lately.
select extract(epoch from now() - m.created_at)::float8 as age, case
    -- Silent since a day, or since signing up without ever having done anything.
    when m.kind = 're_engagement' and e.last_active >= (m.facts ->> 'last_active')::date + case when m.facts ->> 'never_active' = 'true' then 0 else 1 end then 'active again'
    when m.kind = 'blocker_notice' and m.facts ->> 'blocker_type' <> coalesce(o.blocker_type, '') then 'the blocker is gone' end as over
from messages m left join engagement e on e.customer_id = m.customer_id left join onboarding o on o.customer_id = m.customer_id
where m.customer_id = @customer and m.message_id = @id;
select value::text from settings where name = 'messages.limits';
select topic as name, name as title, description, name_de as title_de, description_de, pace, waits_hours, position from topics where topic = @topic;
select status, is_test, archived_at, coalesce(traits ->> 'time_zone', traits ->> 'timezone') as zone, traits ->> 'send_time' as send_at from customers where customer_id = @customer;
-- By the address, too: its key is another one after the installation's secret was changed.
select reason, added_at from suppressions where (address_key = @key or email = @email) and removed_at is null limit 1;
select topic, wanted, reason, changed_at from preferences where customer_id = @customer and email = @email and topic in (@topic, @everything);
-- What a clock that ran ahead wrote into the future counts for nothing; clocks of processes may differ a little.
select message_id, customer_id, kind, at from message_holds where address_key = @key and at > @since and at < @until and message_id <> @id order by at desc
