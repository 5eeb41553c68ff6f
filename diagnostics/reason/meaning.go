package reason

// guide is what holds of every code with one reason. A catalogue row that has
// nothing more particular to say leaves its cells empty and gets these words.
type guide struct {
	title   string // a few words for a table
	meaning string // what it says, without a capital or a full stop
	tells   string // how to read it in a log, one or two sentences
	do      string // what the agent does now
	not     string // what it is not, or what does not help
	cause   string // id of the cause it points to
}

// The reasons' meanings, in the order of the reasons. Number portability, SS7 and
// the like are left to the codes: an agent reads this with a caller on the line.
var guides = [Count]guide{
	Unknown: {
		title:   "no reason given",
		meaning: "nobody said why, or the code is not listed",
		tells:   "The code says that it went wrong or is not finished, and not why. One alone proves nothing; look at how many there are at this carrier.",
		do:      "Ask whether other texts and calls arrive, then look at the carrier in the log. Take message id and time to the provider if it goes on.",
		not:     "proof that the number is wrong or the phone is off",
	},
	Delivered: {
		title:   "delivered",
		meaning: "a receipt says delivered",
		tells:   "The receipt came back. Some carriers send it when they take the message over, not when the phone has it.",
		do:      "Compare delivery time and validity of the code: a late one is delivered too. Ask the user to look under blocked and unknown senders on the phone.",
		not:     "proof that the user has read it",
	},
	NumberInvalid: {
		title:   "number not valid",
		meaning: "malformed, missing, outside the numbering plan, or no number that a person can have",
		tells:   "Nothing was sent to a phone: the number as it is stored cannot be one.",
		do:      "Check the stored number with otpdoctor check and have it corrected, above all a zero kept after the country code.",
		not:     "a fault of the carrier; sending again changes nothing",
		cause:   "number_invalid",
	},
	NotMobile: {
		title:   "not a mobile number",
		meaning: "exists, but the line or its plan takes no texts",
		tells:   "A landline, toll-free or premium number, or a SIM without text messages.",
		do:      "Ask for a mobile number that receives texts and store that one, or use another way of logging in.",
		not:     "a fault that passes; waiting does not help",
		cause:   "not_mobile",
	},
	VOIP: {
		title:   "internet-phone number",
		meaning: "refused because it is an internet-telephony number",
		tells:   "Many senders of codes refuse numbers that are not tied to a SIM.",
		do:      "Ask for a number of a mobile carrier.",
		not:     "a fault of the phone",
		cause:   "voip",
	},
	HandsetUnreachable: {
		title:   "phone cannot be reached",
		meaning: "phone off, out of coverage, roaming without texts, memory full, busy, blocked handset, or no prepaid credit",
		tells:   "The number is right and the carrier took the message, but the phone could not be reached. Everyday for single users; many at one carrier at once are an outage.",
		do:      "Ask the user to switch flight mode on and off, to restart the phone, to free memory if it is full, and to try again with good coverage.",
		not:     "a filter; changing the number does not help",
		cause:   "handset_unreachable",
	},
	UnknownSubscriber: {
		title:   "number not in service",
		meaning: "never given out, deactivated, SIM not accepted, or line barred or suspended by its operator",
		tells:   "The carrier does not know a working line behind this number. Right after a change of carrier it can pass within a day.",
		do:      "Ask whether the number changed or moved to another carrier lately, and whether calls to it ring. Store the present number.",
		not:     "a typing error that can be seen in the number; sending again does not help while the line is off",
		cause:   "repeat_failures",
	},
	SpamFiltered: {
		title:   "filtered as spam",
		meaning: "content, traffic or sender treated as spam",
		tells:   "At one carrier alone it is that carrier's filter. At all carriers at once it is the provider's own, or the text itself.",
		do:      "Let the user in with a backup code or through an administrator. Send the provider message ids, times and carrier; ask it to take the filter up with the carrier.",
		not:     "the user's fault; a new number or a new phone does not help",
		cause:   "carrier_spam_blocking",
	},
	ProviderBlocked: {
		title:   "provider's fraud guard",
		meaning: "the SMS provider's own fraud guard refuses a number, range or country for a time",
		tells:   "The provider saw traffic that looked like fraud and stopped it before any carrier. It lifts by itself.",
		do:      "Let the user in another way. Tell whoever runs the account: the guard can be set, and safe numbers or countries can be exempted.",
		not:     "the carrier's doing; asking more codes makes it last longer",
		cause:   "provider_block",
	},
	OptedOut: {
		title:   "recipient opted out",
		meaning: "blocked for this one recipient: STOP, do-not-disturb register, the user's own bar, or a block list",
		tells:   "Only this number is affected. Most often somebody once answered STOP to the sender.",
		do:      "Ask the user to text START to the sender the codes come from and to remove it from the phone's block list; otherwise have the provider take the number off its list.",
		not:     "an outage; other users on the carrier are fine",
		cause:   "opted_out",
	},
	CarrierError: {
		title:   "carrier's network failed",
		meaning: "the carrier's network failed, was congested, or refused without naming a reason",
		tells:   "The message reached the carrier or its neighbour and got no further. A few are everyday; many in one stretch are an outage.",
		do:      "Look at the carrier in the log: since when, how many. Let the user in another way and report it to the provider with message ids.",
		not:     "the user's phone or number",
		cause:   "carrier_outage",
	},
	Expired: {
		title:   "validity ran out",
		meaning: "validity ran out, nothing more specific known",
		tells:   "It was tried until its time was over. Phone off, carrier slow and queue too long all end like this.",
		do:      "Ask whether the phone was on and in coverage, then compare delivery times at this carrier. A new code can be asked for at once.",
		not:     "proof that the phone was off",
		cause:   "carrier_delay",
	},
	Throttled: {
		title:   "sending limit reached",
		meaning: "a limit of rate, queue or volume of a sender, campaign or number",
		tells:   "Too much was sent at once or in a day. It hits whoever comes next, not this user.",
		do:      "Wait a few minutes and ask for one new code, not several. Tell whoever runs the account if it comes back daily.",
		not:     "a filter; asking again and again makes it worse",
		cause:   "sender_misconfigured",
	},
	SenderUnregistered: {
		title:   "sender not registered",
		meaning: "sender not registered, verified or set up with carrier or regulator",
		tells:   "The country or its carriers take texts only from registered senders, and this one is not, or not any more.",
		do:      "Let the user in another way. Whoever runs the account has to finish the registration of the sender with the provider.",
		not:     "the user's fault; everybody in that country or on that carrier is hit",
		cause:   "sender_misconfigured",
	},
	SenderNotPermitted: {
		title:   "sender may not reach this destination",
		meaning: "this sender or account may not reach this destination",
		tells:   "The country is switched off, there is no route, or the sender is of the wrong kind or not yours.",
		do:      "Let the user in another way. Whoever runs the account has to allow the country or choose a sender that works there.",
		not:     "the user's number or phone",
		cause:   "sender_misconfigured",
	},
	Account: {
		title:   "account at the provider",
		meaning: "credentials, credit, spend or trial limits, or an account suspended or not set up",
		tells:   "The provider refused because of the account. Everybody is hit, or soon will be.",
		do:      "Tell whoever runs the account at the provider at once; it needs credit, access or a higher limit.",
		not:     "anything the user can change",
		cause:   "sender_misconfigured",
	},
	ProviderError: {
		title:   "fault inside the provider",
		meaning: "fault inside the SMS provider",
		tells:   "It failed before any carrier saw it. If all carriers fail at the same time, the provider is down.",
		do:      "Ask for a new code after a minute. If it goes on, look at the provider's status page and report it with message ids.",
		not:     "the user's phone, number or carrier",
		cause:   "provider_outage",
	},
	ContentInvalid: {
		title:   "request or text not right",
		meaning: "text, encoding, template or another part of the request is wrong",
		tells:   "The system that sends the codes built a request that the provider or the carrier does not accept.",
		do:      "Give code, time and message id to the developers of the login system.",
		not:     "the user's phone or number; the same request fails for everybody",
		cause:   "sender_misconfigured",
	},
}

func (r Reason) guide() *guide {
	if r < Count {
		return &guides[r]
	}
	return &guides[Unknown]
}

// Title names the reason in a few words for a table: "filtered as spam".
func (r Reason) Title() string { return r.guide().title }

// Meaning says what the reason covers, in half a sentence that can stand after
// its word: "content, traffic or sender treated as spam".
func (r Reason) Meaning() string { return r.guide().meaning }

// Cause is the id of the cause the reason points to if enough messages
// have it, or empty. One message alone shows no cause.
func (r Reason) Cause() string { return r.guide().cause }

// Retry says whether the same message sent again later can arrive: Yes, No or
// Unsure. A code of a catalogue may know better than its reason, see [Code].
func (r Reason) Retry() string {
	switch r {
	case HandsetUnreachable, ProviderBlocked, CarrierError, Expired, Throttled, ProviderError:
		return Yes
	case Unknown:
		return Unsure
	}
	return No
}

// Again answers "does it help to send it again?" in words.
func (c Code) Again() string {
	switch {
	case c.Reason == Delivered:
		return "not needed, it arrived"
	case c.Reason == ProviderBlocked && c.Retry != No:
		return "yes, once the block is lifted"
	case c.Reason == ProviderBlocked:
		return "no, not while the block lasts"
	case c.Retry == Yes:
		return "yes, the same message can arrive later"
	case c.Retry == Unsure:
		return "not known; try once, then look further"
	case c.Reason == SpamFiltered:
		return "no, the same message will be filtered again"
	}
	return "no, the same message will fail again"
}

// Answers to "can the same message, sent again unchanged, arrive later".
const (
	Yes    = "yes"
	No     = "no"
	Unsure = "unknown"
)
