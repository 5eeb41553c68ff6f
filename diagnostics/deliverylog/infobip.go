package deliverylog

// Places in Infobip's order: delivered, failed, expired without a receipt, then
// what is not final. Intermediate reports come in any order.
const (
	infobipSilent    = rankFinal
	infobipFailed    = rankFinal + 1
	infobipDelivered = rankFinal + 2
)

// infobipReports are delivery reports (webhook and GET) and logs, versions 1 to
// 3. Status and error are objects with ids of their own number spaces, which
// overlap: codes are written status:N and error:N. mccMnc is the text null in
// older reports. doneAt is there on states that are not final, too.
// https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes
var infobipReports = Format{
	Name: "infobip", Provider: "infobip", Title: "Infobip delivery reports and logs", Shape: "JSON or CSV", Events: true,
	Columns: []string{"messageId", "to|destination|destination.to", "status.groupId|status.groupName", "sentAt|doneAt"},
	fields: fields{
		roleID: "messageid", roleTo: "to|destination|destination.to", roleFrom: "from|sender", roleMCCMNC: "mccmnc", roleStatus: "status.name|status.groupname",
		roleText: "status.id", roleExtra: "status.groupid|status.groupname", roleCode: "error.id", roleSubmitted: "sentat", roleAt: "doneat",
	},
	finish: func(p *rows, r *Record) error {
		if sameName(r.MCCMNC, "null") {
			r.MCCMNC = nil
		}
		group, id, fault := p.text(roleExtra), p.text(roleText), r.Code
		is := func(number, word string) bool { return string(group) == number || sameName(group, word) }
		r.Code = nil
		code := func() {
			if len(fault) > 0 && !isZero(fault) {
				p.joined = append(append(p.joined[:0], "error:"...), fault...)
			} else if len(id) > 0 {
				p.joined = append(append(p.joined[:0], "status:"...), id...)
			} else {
				return
			}
			r.Code = p.joined
		}
		switch {
		case is("3", "delivered"):
			if string(id) == "2" || sameName(r.Status, "deliveredtooperator") { // handed on, no receipt yet
				r.State, r.Rank = Passing, rankSent
				return nil
			}
			r.State, r.Rank, r.Done = Delivered, infobipDelivered, r.At
		case is("4", "expired") && (string(id) == "29" || sameName(r.Status, "expireddlrunknown")):
			r.State, r.Rank = NoReceipt, infobipSilent
			code()
		case is("2", "undeliverable"), is("4", "expired"), is("5", "rejected"):
			r.State, r.Rank = Failed, infobipFailed
			code()
		case is("1", "pending"):
			r.State, r.Rank = Passing, rankSending
			if string(id) == "26" {
				r.State, r.Rank = Waiting, rankQueued
			}
		case len(group) == 0:
			return errNoStatus
		default: // no group that is documented
			r.State, r.Rank = Passing, rankSending
			p.unknownWord(group)
		}
		return nil
	},
}
