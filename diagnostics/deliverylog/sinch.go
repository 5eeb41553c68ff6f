package deliverylog

import "bytes"

// https://developers.sinch.com/docs/sms/api-reference/sms/tag/Delivery-reports/
var sinchWords = words{
	"queued": queued, "dispatched": passing, "delivered": delivered,
	"aborted": failed, "cancelled": failed, "canceled": failed, "rejected": failed, "failed": failed, "expired": failed, "deleted": failed,
	"unknown": noReceipt, // reached the SMSC, which sent no receipt that can be read
}

// sinchReports are recipient delivery reports, from the webhook or the list.
// There is no submit time: the time of the first report that is not final
// stands in, which accounts have only with reports per recipient.
var sinchReports = Format{
	Name: "sinch-reports", Provider: "sinch", Title: "Sinch recipient delivery reports", Shape: "JSON", Events: true,
	Columns: []string{"batch_id", "recipient", "status", "code|at"},
	fields: fields{
		roleID: "batch_id", roleTo: "recipient", roleFrom: "applied_originator", roleMCCMNC: "operator", roleStatus: "status", roleCode: "code",
		roleAt: "at", roleDone: "operator_status_at", roleExtra: "type",
	},
	words: sinchWords, utc: true,
	finish: func(p *rows, r *Record) error {
		if bytes.HasSuffix(p.text(roleExtra), []byte("_mms")) {
			return errSkip
		}
		r.Seen = r.At
		switch r.State {
		case Delivered:
			if !r.Done.Known() {
				r.Done = r.At
			}
		case Passing, Waiting:
			r.Submitted = r.At
		}
		return finishSinch(p, r)
	},
}

// sinchBatch is the report of a whole batch in its full form: no times, no
// carriers, but every recipient under its status.
var sinchBatch = Format{
	Name: "sinch-batch", Provider: "sinch", Title: "Sinch batch delivery report (full)", Shape: "JSON",
	Columns: []string{"batch_id", "statuses"},
	each:    []string{"statuses", "recipients"},
	fields:  fields{roleID: "batch_id", roleTo: ".", roleStatus: ".status", roleCode: ".code"},
	words:   sinchWords, finish: finishSinch,
}

// finishSinch: 400 and 401 are the states Queued and Dispatched, and code 0 says
// only that there is no error code.
func finishSinch(p *rows, r *Record) error {
	if isZero(r.Code) || r.State == Passing || r.State == Waiting {
		r.Code = nil
	}
	return nil
}
