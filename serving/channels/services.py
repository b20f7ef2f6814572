"""Services: the schemes of Apprise that we let in, each of which speaks HTTP through requests, or SMTP.

The others act on this machine (desktop notices, syslog, lights on a USB port), speak protocols that our guard does
not see (MQTT, XMPP, AMQP, IRC), publish to the world, or have nothing to say to a sales rep.
"""

_CHATS = """
cliq dingtalk discord feishu flock gchat guilded humhub humhubs lark line matrix matrixs mmost mmosts nctalk nctalks
revolt rocket rockets ryver signal signals slack stackfield synology synologys tgram threema twist webex wechat
wecombot whatsapp workflow workflows wxteams zcliq zohocliq zoom zulip
"""
_MAILS = """
azure brevo mailersend mailgun mailto mailtos o365 postmark resend sendgrid ses smtp2go sparkpost
"""
_PHONES = """
46elks atalk bulksms burstsms clickatell clicksend d7sms infobip msg91 msgbird nexmo plivo seven sinch
smseagle smseagles sns telnyx twilio vonage
"""
_PUSHES = """
bark barks gotify gotifys join ntfy ntfys pbul pover prowl psafer psafers pushdeer pushdeers simplepush spush
"""
_DUTIES = """
betterstack goalert goalerts ilert incidentio opsgenie pagerduty pagertree signl4 spike splunk squadcast victorops
xmatters
"""
_PROGRAMS = """
apprise apprises form forms hassio hassios ifttt json jsons xml xmls
"""

MAIL_SERVICES = frozenset(_MAILS.split())
SERVICES = MAIL_SERVICES.union(*(names.split() for names in (_CHATS, _PHONES, _PUSHES, _DUTIES, _PROGRAMS)))

# Files of this machine, other markup than we wrote, certificates unchecked, redirects, retries, patience, and
# failures that count as success.
_OPTIONS = """
attach attach-as cert config cto emojis format keyfile optional overflow pem pgp pgpkey redirect retry rto store
template tz verify wait
"""
REFUSED_OPTIONS = frozenset(_OPTIONS.split())
