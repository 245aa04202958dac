-- What decides about one message: how long it has been waiting (seconds), limits, topic, customer, suppression, choices, and what
-- went to the address lately.
select extract(epoch from now() - created_at)::float8 from messages where customer_id = @customer and message_id = @id;
select value::text from settings where name = 'messages.limits';
select topic as name, name as title, description, name_de as title_de, description_de, pace, waits_hours, position from topics where topic = @topic;
select status, is_test, archived_at, coalesce(traits ->> 'time_zone', traits ->> 'timezone') as zone, traits ->> 'send_time' as send_at from customers where customer_id = @customer;
select reason, added_at from suppressions where address_key = @key and removed_at is null;
select topic, wanted, reason, changed_at from preferences where customer_id = @customer and email = @email and topic in (@topic, @everything);
select message_id, customer_id, kind, at from message_holds where address_key = @key and at > @since and message_id <> @id order by at desc
