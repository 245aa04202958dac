-- An address belongs to one customer. A second one fails here, on customer_emails_pkey, and with it the whole transaction.
delete from customer_emails where customer_id = any(@customers);
insert into customer_emails (email, customer_id)
select lower(email), customer_id from customers where customer_id = any(@customers) and email <> '' order by 1
