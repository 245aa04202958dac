-- Requests for help from the customer's widget: how many a customer sent within the hour, and how many would have caused a notice lately.
-- Few rows, whatever else asks for support.
-- Locks: writers of events wait while the small index is built.
create index events_of_help on events (received_at) where type = 'support_request' and source = 'widget';
