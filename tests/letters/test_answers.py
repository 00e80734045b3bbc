"""What big receivers and common servers really answer, and what we make of it. (smtp.codes and their own lists.)"""

import pytest

from letters.answers import is_our_setting, speaks_of_policy, speaks_of_the_domain

ANSWERS = [
    # Gmail
    (450, "4.2.1 The user you are trying to contact is receiving mail too quickly.", "mailbox"),
    (452, "4.2.2 The recipient's inbox is out of storage space.", "mailbox"),
    (451, "4.3.0 Mail server temporarily rejected message. gsmtp", "domain"),
    (421, "4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address.", "server"),
    (451, "4.7.24 The SPF record of the sending domain has suspicious entries.", "domain"),
    (550, "5.1.1 The email account that you tried to reach does not exist. Please try double-checking", "mailbox"),
    (550, "5.2.1 The email account that you tried to reach is inactive.", "mailbox"),
    (552, "5.2.2 The email account that you tried to reach is over quota.", "mailbox"),
    (552, "5.3.4 Your message exceeded Google's message size limits.", "mailbox"),
    (550, "5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.", "policy"),
    (550, "5.7.1 Our system has detected that this message is likely unsolicited mail.", "policy"),
    (550, "5.7.1 This message violates example.com email policy. - gcdp", "policy"),
    # Outlook and Exchange Online
    (451, "4.7.500 Server busy. Please try again later from [192.0.2.7]. (AS77712344)", "domain"),
    (451, "4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation.", "domain"),
    (432, "4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "mailbox"),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "mailbox"),
    (550, "5.4.1 Recipient address rejected: Access denied. [x.prod.protection.outlook.com]", "mailbox"),
    (550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", "mailbox"),
    (550, "5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. (AS16012611)", "policy"),
    (550, "5.7.606 Access denied, banned sending IP [192.0.2.7].", "policy"),
    (550, "5.7.515 Access denied, sending domain example.org does not meet the required level.", "policy"),
    (550, "5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. It is on our block list (S3150).", "policy"),
    (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "server"),
    (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", "server"),
    (530, "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM", "server"),
    (554, "5.2.252 SendAsDenied; post@example.org not allowed to send as hello@example.org", "server"),
    # Postfix, with its companions
    (450, "4.2.0 <alice@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example", "mailbox"),
    (451, "4.7.1 Greylisting in action, please come back later", "mailbox"),
    (450, "4.7.1 Client host rejected: cannot find your hostname, [192.0.2.7]", "domain"),
    (452, "4.3.1 Insufficient system storage", "domain"),
    (450, "4.1.8 <post@example.org>: Sender address rejected: Domain not found", "domain"),
    (450, "4.1.1 <alice@example.org>: Recipient address rejected: unverified address", "mailbox"),
    (550, "5.1.1 <alice@example.org>: Recipient address rejected: User unknown in virtual mailbox table", "mailbox"),
    (554, "5.7.1 <alice@example.org>: Relay access denied", "server"),
    (554, "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org", "policy"),
    (553, "5.7.1 <hello@example.org>: Sender address rejected: not owned by user post", "server"),
    (550, "5.7.1 Spam message rejected", "policy"),
    # Mimecast
    (451, "Internal resources are temporarily unavailable - [abc.uk12]", "domain"),
    (451, "Recipient temporarily unavailable", "mailbox"),
    (550, "Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk12]", "mailbox"),
    (550, "Rejected by header based Anti-Spoofing policy: post@example.org", "policy"),
    (550, "Administrative prohibition - envelope blocked [abc.uk12]", "policy"),
    (554, "Email rejected due to security policies - [abc.uk12]", "policy"),
    (550, "Local CT IP Reputation - (reject)", "policy"),
    # Others
    (554, "5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com", "policy"),
    (554, "delivery error: dd This user doesn't have a yahoo.com account (alice@example.org)", "mailbox"),
    (550, "Requested action not taken: mailbox unavailable", "mailbox"),
    (571, "Delivery not authorized, message refused", "mailbox"),
    (550, "permanent failure for one or more recipients (alice@example.org:blocked)", "policy"),
    (550, "5.1.0 sender rejected: listed on a blacklist", "policy"),
    (451, "later", "domain"),
    (450, "later", "mailbox"),
    (550, "no such user here", "mailbox"),
    (550, "Message from 5.7.1.9 refused", "mailbox"),
]


@pytest.mark.parametrize(("code", "text", "of"), ANSWERS)
def test_an_answer_is_taken_for_what_it_speaks_of(code: int, text: str, of: str) -> None:
    found = [
        name
        for name, says in [
            ("server", is_our_setting(code, text)),
            ("domain", not is_our_setting(code, text) and speaks_of_the_domain(code, text)),
            ("policy", speaks_of_policy(code, text)),
        ]
        if says
    ]
    assert found == ([] if of == "mailbox" else [of])


def test_several_lines_are_one_answer() -> None:
    assert speaks_of_policy(550, "5.7.26 This mail has been blocked because the sender is\n5.7.26 unauthenticated.")
    assert not speaks_of_the_domain(452, "4.2.2 The recipient's inbox\n4.2.2 is out of storage space.")
