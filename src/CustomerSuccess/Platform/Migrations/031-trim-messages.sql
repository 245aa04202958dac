-- What is forgotten daily is found by its age.
-- Locks: these tables against writes while their indexes are built.
create index message_steps_by_age on message_steps (at);
create index feedback_by_age on feedback (received_at);
create index message_holds_by_age on message_holds (at);
