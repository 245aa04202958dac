-- The state, and why, of a message whose last attempt this is. What is being sent must still be leased; whoever comes back with the
-- outcome may find it given up as unknown meanwhile, and knows better.
with settled as (
  update messages set
    state = @State, reason = @Reason, steps = steps + case when @Step = '' then 0 else 1 end,
    channel = coalesce(nullif(@Channel, ''), channel),
    not_before = case when @State <> 'queued' then not_before
      -- At its deadline it goes to another channel, however long this one said to wait.
      when @Patience::interval is not null then least(now() + @Wait, coalesce(deadline, now() + @Patience::interval)) else now() + @Wait end,
    leased_until = case when @KeepsLease then leased_until end,
    leased_by = case when @KeepsLease then leased_by end,
    refused = case when @Refused::text is null then refused else refused || @Refused::text end,
    uncertain = coalesce(@Uncertain::text, uncertain),
    deadline = case when @Patience::interval is null then deadline else coalesce(deadline, now() + @Patience::interval) end,
    provider_id = coalesce(nullif(@ProviderId, ''), provider_id),
    template_version = coalesce(nullif(@Version, ''), template_version),
    first_tried_at = case when @State = 'sending' then coalesce(first_tried_at, now()) else first_tried_at end,
    sent_at = case when @State = 'sent' then clock_timestamp() else sent_at end
  where customer_id = @customer and message_id = @id and attempt = @Attempt
    and (state = 'sending' or state = 'queued' and leased_until > now() or state = 'unknown' and @State in ('sent', 'failed', 'queued'))
  returning customer_id, message_id, steps
)
insert into message_steps (customer_id, message_id, n, at, state, channel, reason, detail)
select customer_id, message_id, steps, clock_timestamp(), @Step, @Channel, @Reason, @detail::jsonb from settled where @Step <> ''
returning at
