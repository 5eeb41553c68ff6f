package number

// known is a range of which more is known than the library's metadata says.
type known struct {
	callingCode int
	pattern     string // of the national number
	country     string // of a range that the library calls not valid, else empty
	lineType    LineType
	reserved    bool // for drama and tests: nobody can have such a number
}

// knownRanges are ranges that regulators keep for drama, teaching and tests,
// and ranges whose use a numbering plan states more exactly than the library.
// A reserved range that the library knows keeps the library's line type.
var knownRanges = []known{
	// United Kingdom: Ofcom, Telephone numbers for use in TV and radio drama programmes.
	// https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama
	{44, `7700900\d{3}`, "GB", Mobile, true},
	{44, `1632960\d{3}`, "GB", FixedLine, true}, // no area
	{44, `1(?:1[3-8]|[2-6]1)4960\d{3}`, "GB", FixedLine, true},
	{44, `1914980\d{3}`, "GB", FixedLine, true}, // Tyneside
	{44, `2079460\d{3}`, "GB", FixedLine, true},
	{44, `2896496\d{3}`, "GB", FixedLine, true}, // Northern Ireland
	{44, `2920180\d{3}`, "GB", FixedLine, true}, // Cardiff
	{44, `3069990\d{3}`, "GB", UAN, true},
	{44, `8081570\d{3}`, "GB", TollFree, true},
	{44, `9098790\d{3}`, "GB", PremiumRate, true},

	// North America: NANPA, 555 line numbers, of which 0100 to 0199 are for fiction.
	// https://www.nanpa.com/numbering/555-line-numbers
	{1, `[2-9]\d\d55501\d\d`, "", FixedLineOrMobile, true},

	// France: Arcep, plan national de numerotation (decision 2018-0881), numbers for audiovisual works.
	{33, `(?:19900|26191|35301|46571|53649)\d{4}`, "FR", FixedLine, true},
	{33, `63998\d{4}`, "FR", Mobile, true},

	// Germany: Bundesnetzagentur, Mitteilung 148/2021 (Amtsblatt 7/2021), Rufnummern fuer Medienproduktionen.
	{49, `(?:3023125|6990009|4066969|2214710|8999998)\d{3}`, "DE", FixedLine, true},
	{49, `15228817386|15228895456|15254599371|172(?:9925904|9968532|997318[56]|9980752)|174(?:9091317|9464308)`, "DE", Mobile, true},
	{49, `(?:17139200|176040690)\d\d`, "DE", Mobile, true},

	// Sweden: PTS, telefonnummer for anvandning i bocker och filmer.
	// https://www.pts.se/sv/bransch/telefoni/nummer-och-adressering/telefonnummer-for-anvandning-i-bocker-och-filmer-etc/
	{46, `701740(?:60[5-9]|6[1-9]\d)`, "SE", Mobile, true},
	{46, `(?:3139006|4062804|8465004|9803192)\d\d`, "SE", FixedLine, true},

	// Australia: ACMA, phone numbers for use in TV shows, films and creative works.
	// https://www.acma.gov.au/phone-numbers-use-tv-shows-films-and-creative-works
	{61, `[2378](?:5550|7010)\d{4}`, "AU", FixedLine, true},
	{61, `49157(?:0006|0110|015[6-9]|0313|0737|1266|1491|1804|2549|2665|2983|3087|3770|4118|4632|5254|5789|6398|6801|7426|7644|8148|8888|8957|9212|9455|9760)`, "AU", Mobile, true},
	{61, `1800(?:160401|9757(?:0[7-9]|1[01]))`, "AU", TollFree, true},
	{61, `13009757(?:0[7-9]|1[01])`, "AU", SharedCost, true},
	{61, `1900654321`, "AU", PremiumRate, true},

	// Ireland: ComReg keeps 020 91x xxxx for drama.
	{353, `2091\d{5}`, "IE", FixedLine, true},

	// Germany: (0)32, national subscriber numbers, made for internet telephony; the library has a landline.
	// https://www.bundesnetzagentur.de/DE/Fachthemen/Telekommunikation/Nummerierung/032/032_node.html
	{49, `32\d{4,11}`, "", VOIP, false},
}

// nomadic are ranges for internet telephony to which the library gives a type
// of its own that must stand: only the advice says what they are.
var nomadic = []known{
	// Spain: 51, nomadic voice services (Resolucion de 30 de junio de 2005, BOE).
	{34, `51\d{7}`, "", VOIP, false},
}

// amend corrects what the library says of a number in the range.
func (k *known) amend(c *Class) {
	switch {
	case !c.Valid && k.country == "":
		return
	case !c.Valid:
		*c = Class{Country: k.country, Type: k.lineType, Valid: true, Portable: world().regions[k.country].portable}
	case !k.reserved:
		c.Type = k.lineType
	}
	c.Reserved = c.Reserved || k.reserved
}

// matches tells whether a national number is in the range.
func (k *known) matches(national string) bool {
	return pattern("(?:" + k.pattern + ")$").MatchString(national)
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

// isNomadic tells whether an otherwise named range is for internet telephony.
func (r *reading) isNomadic() bool {
	for i := range nomadic {
		if nomadic[i].callingCode == r.code.code && nomadic[i].matches(r.national) {
			return true
		}
	}
	return false
}
