package deliverylog

import (
	"bytes"
	"slices"
	"strings"
)

// The general formats take a log of any origin whose columns say what they are,
// or are mapped. A column may have any of these names; letters and digits count,
// case and punctuation do not.
var genericFields = fields{
	roleID: "message_id|messageid|id|msg_id|message_sid|sid|message_uuid|uuid|guid|msgid|smsid|sms_id|messageref|reference_id",
	roleTo: "to|recipient|msisdn|phone|phone_number|phonenumber|destination|dest|dst|to_number|destination_number|destination_phone_number|" +
		"recipient_number|recipient_phone|mobile|mobile_number|mobile_phone|number|receiver|dest_addr|destination_addr|destination_address|called|cld|tel|telephone|user_phone|to_phone|phone_no|cell|cellphone",
	roleFrom: "from|sender|sender_id|originator|source|src|from_number|source_addr|source_address|cli|oadc",
	roleNetwork: "carrier|operator|network|carrier_name|network_name|operator_name|mobile_network|mno|destination_network|" +
		"recipient_operator|mobile_operator|phone_carrier|destination_carrier|network_operator|telco|to_carrier",
	roleMCCMNC:   "mccmnc|mcc_mnc|network_code|plmn|mnc_mcc|imsi_prefix|hni|operator_code",
	roleMCC:      "mcc",
	roleMNC:      "mnc",
	roleCountry:  "country|country_code|iso_country|iso_country_code|country_iso|destination_country|to_country|recipient_country|countryiso2|country_iso2|cc",
	roleProvider: "provider|sms_provider|vendor|gateway|aggregator|supplier|service_provider",
	roleStatus: "status|delivery_status|message_status|sms_status|dlr_status|dlr|message_state|delivery_state|final_status|" +
		"result|outcome|dlr_state|stat|delivery|delivery_result|status_name",
	roleCode: "error_code|errorcode|err|err_code|error|code|status_code|reason_code|failure_code|dlr_error|error_number|failure_reason|" +
		"error_reason|status_reason|fail_code|dlr_code|smpp_error|provider_error",
	roleSubmitted: "submitted_at|submit_time|submitted|submit_date|sent_at|sent|sent_time|date_sent|sent_date|created_at|created|date_created|" +
		"create_time|creation_time|submission_time|send_time|request_time|requested_at|queued_at|timestamp|time|date|datetime|date_time|event_time|ts|" +
		"message_time|start_time|accepted_at|time_sent|when_sent|sent_timestamp|submit_timestamp",
	roleDone: "delivered_at|delivery_time|delivered|done_date|done_at|done|delivery_date|date_delivered|delivered_time|delivered_date|delivery_timestamp|" +
		"completed_at|dlr_time|dlr_date|finalized_at|receipt_time|dlr_at|dlr_timestamp|time_delivered|received_at|delivered_timestamp",
	roleAt:        "updated_at|updated|last_updated|date_updated|update_time|status_at|status_time|status_date|modified_at|last_update",
	roleVerified:  "verified_at|verified|verification_time|code_entered_at|verified_time|confirmed_at|converted_at|used_at",
	roleDirection: "direction|message_direction|dir",
	roleChannel:   "channel|medium|delivery_channel",
}

// genericWords are the status words of any provider whose meaning is the same
// everywhere. A word that is not here counts as not final.
var genericWords = words{
	"delivered": delivered, "delivrd": delivered, "deliverd": delivered, "deliveredtohandset": delivered, "deliveredtophone": delivered,
	"deliveredtodevice": delivered, "deliverysuccess": delivered, "deliverysuccessful": delivered, "read": delivered,
	"confirmed": delivered, "handsetdelivered": delivered, "messagedelivered": delivered, "smsdelivered": delivered,
	"messagehasbeenacceptedbyphone": delivered,

	// These may be a receipt's or only the send request's: see finishGeneric.
	"success": passing, "successful": passing, "succeeded": passing, "ok": passing, "received": passing, "complete": passing, "completed": passing,

	"failed": failed, "fail": failed, "failure": failed, "undelivered": failed, "undeliv": failed, "undeliverable": failed, "notdelivered": failed,
	"rejected": failed, "rejectd": failed, "reject": failed, "expired": failed, "error": failed, "deliveryfailed": failed, "sendingfailed": failed,
	"deleted": failed, "canceled": failed, "cancelled": failed, "aborted": failed, "blocked": failed, "bounced": failed, "dropped": failed,
	"deliveryfailure": failed, "sendfailed": failed, "skipped": failed, "barred": failed, "permanentfailure": failed, "timeout": failed,
	"spam": failed, "invalid": failed, "unreachable": failed, "optedout": failed, "ttlexpired": failed, "carrierblocked": failed, "filtered": failed,

	"unconfirmed": noReceipt, "deliveryunconfirmed": noReceipt, "dlrunconfirmed": noReceipt, "dlrtimeout": noReceipt, "dlrexpired": noReceipt,
	"noreceipt": noReceipt, "nodlr": noReceipt, "dlrnotreceived": noReceipt, "messagehasbeenacceptedbyphonecarrier": noReceipt, "deliveryunknown": noReceipt,

	"queued": queued, "accepted": waiting, "acceptd": waiting, "scheduled": waiting, "inqueue": queued, "new": waiting, "created": waiting,
	"sending": {Passing, rankSending}, "processing": {Passing, rankSending},
	"sent": passing, "submitted": passing, "inflight": passing, "intransit": passing, "enroute": passing, "pending": passing,
	"buffered": passing, "dispatched": passing, "unknown": passing, "transmitted": passing, "deliveredtooperator": passing,
	"deliveredtocarrier": passing, "deliveredtonetwork": passing, "deliveredtogateway": passing,
}

var genericCSV = Format{
	Name: "generic-csv", Title: "Any CSV with a recipient and a status column", Shape: "CSV", tables: true,
	Columns: []string{genericFields[roleTo], genericFields[roleStatus]},
	fields:  genericFields, words: genericWords, finish: finishGeneric, alike: true,
}

var genericJSONL = Format{
	Name: "generic-jsonl", Title: "Any JSON objects with a recipient and a status", Shape: "JSON", trees: true,
	Columns: []string{genericFields[roleTo], genericFields[roleStatus]},
	fields:  genericFields, words: genericWords, finish: finishGeneric, flat: true, alike: true,
}

// finishGeneric decides what "success" says: that the message arrived where the
// row has a delivery time or the column is one of receipts, else no more than
// that it was sent.
func finishGeneric(p *rows, r *Record) error {
	if isZero(r.Code) {
		r.Code = nil
	}
	if r.State == Passing && (p.receipts || r.Done.Known()) {
		switch string(p.word) {
		case "success", "successful", "succeeded", "ok", "received", "complete", "completed":
			r.State, r.Rank = Delivered, rankFinal
		}
	}
	return nil
}

// aboutReceipts tells from its name whether a status column is one of receipts.
func aboutReceipts(plain string) bool {
	return strings.Contains(plain, "deliver") || strings.Contains(plain, "dlr") || strings.Contains(plain, "receipt")
}

// dateAndTime are pairs of columns that hold one time in two cells.
var dateAndTime = map[role][][2]string{
	roleSubmitted: {{"date", "time"}, {"sentdate", "senttime"}, {"submitdate", "submittime"}, {"submitteddate", "submittedtime"}, {"createddate", "createdtime"}, {"senddate", "sendtime"}},
	roleDone:      {{"deliverydate", "deliverytime"}, {"delivereddate", "deliveredtime"}, {"donedate", "donetime"}, {"dlrdate", "dlrtime"}},
}

// bindHalves finds times that stand in two columns.
func (p *rows) bindHalves(h *header) {
	for r, pairs := range dateAndTime {
		delete(p.halves, r)
		for _, pair := range pairs {
			date, at := h.column(pair[0]), h.column(pair[1])
			if date >= 0 && at >= 0 && (slices.Contains(p.cols[r], date) || slices.Contains(p.cols[r], at)) {
				p.halves[r] = []int{date, at}
				break
			}
		}
	}
}

// joinHalves puts a date and a time of day together, where neither is a moment
// alone.
func (p *rows) joinHalves(r role, cells [][]byte) {
	half := p.halves[r]
	if len(half) == 0 || half[0] >= len(cells) || half[1] >= len(cells) {
		return
	}
	date, at := cell(cells[half[0]]), cell(cells[half[1]])
	s := scan{b: at}
	if n := s.digitsAhead(); len(date) == 0 || n < 1 || n > 2 || n >= len(at) || at[n] != ':' {
		return
	}
	if i := bytes.IndexAny(date, " T"); i > 0 && bytes.HasSuffix(date, []byte("00:00")) || i > 0 && bytes.HasSuffix(date, []byte("00:00:00")) {
		date = date[:i] // a spreadsheet's date has a midnight behind it
	}
	p.twoCells[r] = append(append(append(p.twoCells[r][:0], date...), ' '), at...)
	p.vals[r] = p.twoCells[r]
}

// isZero tells the ways of writing that there is no error code.
func isZero(code []byte) bool {
	for _, c := range code {
		if c != '0' {
			return false
		}
	}
	return true
}
