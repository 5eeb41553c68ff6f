package number

import "regexp"

// known is a range of which more is known than the library's metadata says.
type known struct {
	callingCode int
	pattern     string // of the national number
	country     string // set where the library calls the range not valid
	lineType    LineType
	reserved    bool
}

func (k *known) amend(c *Class) {
	if !c.Valid {
		if k.country == "" {
			return
		}
		c.Valid, c.Country = true, k.country
		c.Portable = world().regions[k.country].portable
		c.Type = k.lineType
	} else if !k.reserved {
		c.Type = k.lineType
	}
	c.Reserved = c.Reserved || k.reserved
}

func rangesOf(callingCode int) []known {
	var list []known
	for _, k := range knownRanges {
		if k.callingCode == callingCode {
			list = append(list, k)
		}
	}
	return list
}

var knownRanges = []known{
	{44, `7700900\d{3}`, "GB", Mobile, true},
	{33, `63998\d{4}`, "FR", Mobile, true},
	{1, `[2-9]\d\d55501\d\d`, "", UnknownType, true},
	{49, `32\d{6,9}`, "", VOIP, false},
}

// matches tells whether a national number is in the range.
func (k *known) matches(national string) bool {
	return regexp.MustCompile("^(?:" + k.pattern + ")$").MatchString(national)
}
