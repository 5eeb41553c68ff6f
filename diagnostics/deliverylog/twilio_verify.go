package deliverylog

// twilioVerify are the message events of Verify. A message is one attempt.
// Whether created_at is the event's time or the attempt's is not documented
// (2026), so that no delay is taken from it. mcc and mnc are the recipient's
// network; the published example has the two values swapped.
// https://www.twilio.com/docs/verify/message-status
var twilioVerify = Format{
	Name: "twilio-verify", Provider: "twilio", Title: "Twilio Verify message events", Shape: "JSON", Events: true,
	Columns: []string{"data.attempt_sid", "data.message_status|data.dlr_status"},
	fields: fields{
		roleID: "data.attempt_sid", roleTo: "data.to", roleStatus: "data.message_status|data.dlr_status", roleCode: "data.error_code",
		roleChannel: "data.channel", roleMCC: "data.mcc", roleMNC: "data.mnc", roleAt: "data.created_at|time",
	},
	words: twilioWords, utc: true,
	finish: func(p *rows, r *Record) error {
		r.Seen = r.At
		p.unswap(r)
		return finishTwilio(p, r)
	},
}

// unswap puts MCC and MNC in order: an MCC has three digits.
func (p *rows) unswap(r *Record) {
	mcc, mnc := p.text(roleMCC), p.text(roleMNC)
	if len(mcc) > 0 && len(mcc) < 3 && len(mnc) == 3 {
		p.joined = append(append(append(p.joined[:0], mnc...), '-'), mcc...)
		r.MCCMNC = p.joined
	}
}

// twilioVerifyAttempts is the Attempts resource. A converted attempt is one whose
// code was typed in: it arrived, whatever the receipts say.
// https://www.twilio.com/docs/verify/api/list-verification-attempts
var twilioVerifyAttempts = Format{
	Name: "twilio-verify-attempts", Provider: "twilio", Title: "Twilio Verify attempts", Shape: "JSON or CSV",
	Columns: []string{"sid", "verification_sid", "conversion_status", "date_created"},
	fields: fields{
		roleID: "sid", roleTo: "channel_data.to|to", roleStatus: "channel_data.message_status|message_status|conversion_status",
		roleCode: "channel_data.error_code|error_code", roleChannel: "channel", roleMCC: "channel_data.mcc|mcc", roleMNC: "channel_data.mnc|mnc",
		roleNetwork: "channel_data.carrier|channel_data.carrier_name|carrier", roleCountry: "channel_data.country|country",
		roleSubmitted: "date_created", roleAt: "date_updated", roleExtra: "conversion_status",
	},
	words: withWords(twilioWords, words{"unconverted": passing, "converted": delivered}), utc: true,
	finish: func(p *rows, r *Record) error {
		p.unswap(r)
		if sameName(p.text(roleExtra), "converted") {
			r.State, r.Rank, r.Verified = Delivered, rankFinal+1, r.At
		}
		return finishTwilio(p, r)
	},
}

// twilioVerification are the status events of a verification, which list its attempts.
// https://www.twilio.com/docs/events/event-types/verify/verification-status
var twilioVerification = Format{
	Name: "twilio-verification", Provider: "twilio", Title: "Twilio Verify verification events", Shape: "JSON", Events: true,
	Columns: []string{"data.send_code_attempts.attempts"},
	each:    []string{"data.send_code_attempts.attempts"},
	fields: fields{
		roleID: ".attempt_sid", roleTo: "data.to", roleStatus: ".delivery_status", roleCode: ".error_code",
		roleChannel: ".channel", roleSubmitted: ".time", roleAt: "data.date_updated|data.updated_at|time",
	},
	words: twilioWords, utc: true, finish: finishTwilio,
}

// withWords adds words to another provider's.
func withWords(a, b words) words {
	all := make(words, len(a)+len(b))
	for _, m := range []words{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}
