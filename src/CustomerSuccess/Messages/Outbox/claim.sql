-- Lease the message, unless somebody else has it or holds it this moment: asked by its key, so that one node of a cluster decides.
update messages set leased_until = now() + @lease, leased_by = @worker, attempt = attempt + 1, to_email = /*address*/
where customer_id = @customer and message_id = (
  select message_id from messages
  where customer_id = @customer and message_id = @id and state = 'queued' and not_before <= now() and (leased_until is null or leased_until < now())
  for update skip locked)
returning customer_id, message_id, dedupe_key, kind, topic, audience, to_email, to_name, milestone, facts::text as facts, priority, state, deadline, attempt,
  refused, uncertain, resent_by, created_at, first_tried_at
