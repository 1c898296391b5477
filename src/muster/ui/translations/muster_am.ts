<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="am" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>  ·  demo, invented people only</source>
            <translation>  ·  ማሳያ፣ የተፈጠሩ ሰዎች ብቻ</translation>
        </message>
        <message>
            <source>, </source>
            <translation>፣ </translation>
        </message>
        <message>
            <source>A biometric file of the packet is made as no client makes it. It was not looked into.</source>
            <translation>አንድ የጥቅሉ የባዮሜትሪክ ፋይል ማንኛውም ፕሮግራም በማያዘጋጀው መንገድ ተዘጋጅቷል። ውስጡ አልታየም።</translation>
        </message>
        <message>
            <source>A capture has no picture. Take it again.</source>
            <translation>አንድ ቀረጻ ምስል የለውም። እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>A capture is dated later than the packet. Set the clock of the device or the computer, and take it again.</source>
            <translation>አንድ ቀረጻ ከጥቅሉ በኋላ ያለ ቀን አለው። የመሣሪያውን ወይም የኮምፒውተሩን ሰዓት ያስተካክሉና እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>A capture is not signed by its device. Take it again.</source>
            <translation>አንድ ቀረጻ በመሣሪያው አልተፈረመም። እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>A capture lies longer before the packet than a server allows. Take it again.</source>
            <translation>አንድ ቀረጻ አገልጋዩ ከሚፈቅደው በላይ ከጥቅሉ ቀድሞ ተወስዷል። እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>A certification scheme in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የማረጋገጫ ዘዴ በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>A chip is opened by the machine-readable lines of the document, or by the six digits on its front. This is neither.</source>
            <translation>ቺፕ የሚከፈተው በሰነዱ ማሽን በሚያነባቸው መስመሮች ወይም በፊቱ ባሉት ስድስት አሃዞች ነው። ይህ ሁለቱንም አይደለም።</translation>
        </message>
        <message>
            <source>A chip is opened by what is printed on its document: name a file that holds the machine-readable lines or the six digits with --key, or run in a terminal.</source>
            <translation>ቺፕ የሚከፈተው በሰነዱ ላይ በታተመው ነው: ማሽን የሚያነባቸውን መስመሮች ወይም ስድስቱን አሃዞች የያዘ ፋይል በ --key ይጥቀሱ፣ ወይም በተርሚናል ያስኪዱ።</translation>
        </message>
        <message>
            <source>A corner of the document is folded or covered. Lay it flat and take your hand away.</source>
            <translation>የሰነዱ አንድ ጠርዝ ታጥፏል ወይም ተሸፍኗል። ዘርግተው ያስቀምጡትና እጅዎን ያንሱ።</translation>
        </message>
        <message>
            <source>A correction needs the number of the request that it answers.</source>
            <translation>እርማት መልስ የሚሰጥበትን የጥያቄ ቁጥር ይፈልጋል።</translation>
        </message>
        <message>
            <source>A description file in the packet cannot be read.</source>
            <translation>በጥቅሉ ያለ የመግለጫ ፋይል ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say when.</source>
            <translation>መሣሪያ በባዮሜትሪክ ፋይሉ ያለ ናሙናን ፈርሞ ጊዜውን አልገለጸም።</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say which device it is.</source>
            <translation>መሣሪያ በባዮሜትሪክ ፋይሉ ያለ ናሙናን ፈርሞ የትኛው መሣሪያ እንደሆነ አልገለጸም።</translation>
        </message>
        <message>
            <source>A device that is plugged in appears here by itself.</source>
            <translation>የተሰካ መሣሪያ እዚህ በራሱ ይታያል።</translation>
        </message>
        <message>
            <source>A device's certificate was not valid at the time of the capture that it signed.</source>
            <translation>የአንድ መሣሪያ ሰርተፍኬት በፈረመው ቀረጻ ጊዜ የጸና አልነበረም።</translation>
        </message>
        <message>
            <source>A file of the face recognition pack cannot be read: {file}.</source>
            <translation>የፊት መለያ ጥቅሉ ፋይል ሊነበብ አይችልም: {file}።</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) cannot be read.</source>
            <translation>በቺፑ ያለ ፋይል ({file}) ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not signed by the issuer.</source>
            <translation>በቺፑ ያለ ፋይል ({file}) በአውጪው አልተፈረመም።</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not what the issuer signed.</source>
            <translation>በቺፑ ያለ ፋይል ({file}) አውጪው የፈረመው አይደለም።</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not whole. Lay the document on again and start again.</source>
            <translation>በቺፑ ያለ ፋይል ({file}) ሙሉ አይደለም። ሰነዱን እንደገና አስቀምጠው እንደ አዲስ ይጀምሩ።</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) says that it is larger than any passport's is.</source>
            <translation>በቺፑ ያለ ፋይል ({file}) ከማንኛውም ፓስፖርት እንደሚበልጥ ይገልጻል።</translation>
        </message>
        <message>
            <source>A finger or an eye is marked as an exception: a supervisor has to confirm it.</source>
            <translation>ጣት ወይም ዓይን እንደ ልዩ ሁኔታ ተመልክቷል: ተቆጣጣሪ ማረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>A finger or eye that was captured is not good enough. Go back and take it again.</source>
            <translation>የተወሰደ ጣት ወይም ዓይን በቂ ጥራት የለውም። ተመልሰው እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>A key file of this station is missing. Put the folder 'keys' back from your backup.</source>
            <translation>የዚህ ጣቢያ የቁልፍ ፋይል የለም። 'keys' የሚለውን አቃፊ ከመጠባበቂያዎ ይመልሱ።</translation>
        </message>
        <message>
            <source>A landmark of the face lies outside the picture.</source>
            <translation>የፊቱ አንድ ነጥብ ከምስሉ ውጭ ነው።</translation>
        </message>
        <message>
            <source>A length in the record does not fit, at byte {offset}.</source>
            <translation>በመዝገቡ ያለ ርዝመት አይገጥምም፣ በባይት {offset}።</translation>
        </message>
        <message>
            <source>A moment, please.</source>
            <translation>እባክዎ አንድ አፍታ ይጠብቁ።</translation>
        </message>
        <message>
            <source>A newer set-up file was imported before. Nothing was changed.</source>
            <translation>ከዚህ የበለጠ አዲስ የማዋቀሪያ ፋይል ቀድሞ ገብቷል። ምንም አልተቀየረም።</translation>
        </message>
        <message>
            <source>A number in the biometric file is not one.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ቁጥር ቁጥር አይደለም።</translation>
        </message>
        <message>
            <source>A packet of the same number and with other content came before. Tell your supervisor.</source>
            <translation>ተመሳሳይ ቁጥርና ሌላ ይዘት ያለው ጥቅል ቀድሞ መጥቷል። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>A page came after {seconds} s. Nothing of it was kept.</source>
            <translation>ከ{seconds} ሰከንድ በኋላ ገጽ መጣ። ከእሱ ምንም አልተቀመጠም።</translation>
        </message>
        <message>
            <source>A part of the biometric file has an attribute it must not have.</source>
            <translation>የባዮሜትሪክ ፋይሉ ክፍል ሊኖረው የማይገባ ባሕርይ አለው።</translation>
        </message>
        <message>
            <source>A part of the packet does not tell the version of its ID schema as a number.</source>
            <translation>የጥቅሉ ክፍል የመታወቂያ ስኬማውን ስሪት በቁጥር አይገልጽም።</translation>
        </message>
        <message>
            <source>A part of the packet has two files that differ in case or extension only.</source>
            <translation>የጥቅሉ ክፍል በፊደል መጠን ወይም በቅጥያ ብቻ የሚለያዩ ሁለት ፋይሎች አሉት።</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures is missing. Install the program again.</source>
            <translation>ምስሎችን ከሚመዝነው ፕሮግራም አንድ ክፍል የለም። ፕሮግራሙን እንደገና ይጫኑ።</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures was changed. Install the program again.</source>
            <translation>ምስሎችን ከሚመዝነው ፕሮግራም አንድ ክፍል ተቀይሯል። ፕሮግራሙን እንደገና ይጫኑ።</translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with {option}, or run in a terminal.</source>
            <translation>የይለፍ ቃል ያስፈልጋል: የያዘውን ፋይል በ{option} ይጥቀሱ፣ ወይም በተርሚናል ያስኪዱ።</translation>
        </message>
        <message>
            <source>A picture for the simulated devices cannot be read: {file}.</source>
            <translation>ለማስመሰያ መሣሪያዎች የሚሆን ምስል ሊነበብ አይችልም: {file}።</translation>
        </message>
        <message>
            <source>A picture of this registration is damaged on the disk. Capture it again.</source>
            <translation>የዚህ ምዝገባ ምስል በዲስኩ ላይ ተበላሽቷል። እንደገና ይቅረጹት።</translation>
        </message>
        <message>
            <source>A picture of this registration is missing on the disk. Capture it again.</source>
            <translation>የዚህ ምዝገባ ምስል በዲስኩ ላይ የለም። እንደገና ይቅረጹት።</translation>
        </message>
        <message>
            <source>A poor capture is kept: a supervisor has to confirm it.</source>
            <translation>ደካማ ቀረጻ ተቀምጧል: ተቆጣጣሪ ማረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>A proofing method needs the secret {key}, which this station does not have. Tell your administrator.</source>
            <translation>አንድ የማረጋገጫ ዘዴ {key} የሚባል ምስጢር ይፈልጋል፤ ይህ ጣቢያ የለውም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>A quality in the biometric file is not a number from 0 to 100.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ጥራት ከ0 እስከ 100 ያለ ቁጥር አይደለም።</translation>
        </message>
        <message>
            <source>A quality score in the record is neither 0 to 100 nor 255.</source>
            <translation>በመዝገቡ ያለ የጥራት ነጥብ ከ0 እስከ 100 ወይም 255 አይደለም።</translation>
        </message>
        <message>
            <source>A request cannot be read: {part} is missing or has a wrong form.</source>
            <translation>ጥያቄ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>A request for bookings cannot be read: {part} is missing or has a wrong form.</source>
            <translation>የቀጠሮ ጥያቄ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>A request to sign in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>የመግቢያ ጥያቄ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>A resolution in the record is not within 490 to 1010 pixels per inch.</source>
            <translation>በመዝገቡ ያለ የምስል ጥራት ከ490 እስከ 1010 ፒክስል በኢንች ውስጥ አይደለም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file does not say what was captured.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና ምን እንደተቀረጸ አይገልጽም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no description.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና መግለጫ የለውም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no record and is not marked as an exception.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና መዝገብ የለውም፤ እንደ ልዩ ሁኔታም አልተመለከተም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file is marked as an exception, and has a record all the same.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና እንደ ልዩ ሁኔታ ተመልክቶ ሳለ መዝገብ አለው።</translation>
        </message>
        <message>
            <source>A sample in the biometric file is not signed by its device.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና በመሣሪያው አልተፈረመም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its device signed.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና መሣሪያው ከፈረመው የተለየ ጣት ወይም ዓይን ነው።</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its record says.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና መዝገቡ ከሚለው የተለየ ጣት ወይም ዓይን ነው።</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another kind than its device signed.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና መሣሪያው ከፈረመው የተለየ ዓይነት ነው።</translation>
        </message>
        <message>
            <source>A sample in the biometric file lacks the list of how it was captured.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና እንዴት እንደተቀረጸ የሚገልጽ ዝርዝር የለውም።</translation>
        </message>
        <message>
            <source>A sample in the biometric file names a format that does not fit what was captured.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ናሙና ከተቀረጸው ጋር የማይስማማ ቅርጸት ይጠቅሳል።</translation>
        </message>
        <message>
            <source>A secret has a name and at least one letter.</source>
            <translation>ምስጢር ስምና ቢያንስ አንድ ፊደል አለው።</translation>
        </message>
        <message>
            <source>A step may not have a name that begins with $: {node}.</source>
            <translation>የደረጃ ስም በ$ ሊጀምር አይችልም: {node}።</translation>
        </message>
        <message>
            <source>A stolen disk is worth nothing then. If this computer breaks, what was not sent yet is lost, unless your administrator makes a note of its secret.</source>
            <translation>ያኔ የተሰረቀ ዲስክ ዋጋ የለውም። ይህ ኮምፒውተር ከተበላሸ፣ አስተዳዳሪዎ ምስጢሩን ጽፈው ካላስቀመጡ በስተቀር ገና ያልተላከው ይጠፋል።</translation>
        </message>
        <message>
            <source>A stored file was changed or damaged on this computer. Call your supervisor.</source>
            <translation>የተቀመጠ ፋይል በዚህ ኮምፒውተር ላይ ተቀይሯል ወይም ተበላሽቷል። ተቆጣጣሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>A stored proof of identity cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>የተቀመጠ የማንነት ማረጋገጫ ሊነበብ አይችልም። ተቆጣጣሪዎን ይጥሩ፤ ምንም አልተሰረዘም።</translation>
        </message>
        <message>
            <source>A stored registration cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>የተቀመጠ ምዝገባ ሊነበብ አይችልም። ተቆጣጣሪዎን ይጥሩ፤ ምንም አልተሰረዘም።</translation>
        </message>
        <message>
            <source>A supervisor ended this proof.</source>
            <translation>ተቆጣጣሪ ይህን ማረጋገጫ አቋርጠዋል።</translation>
        </message>
        <message>
            <source>A supervisor has to vouch for this person. Ask one to sign in and go on.</source>
            <translation>ተቆጣጣሪ ስለዚህ ሰው ዋስትና መስጠት አለባቸው። ገብተው እንዲቀጥሉ ይጠይቋቸው።</translation>
        </message>
        <message>
            <source>A test takes at most 20 seconds. Nothing that a device takes meanwhile is kept.</source>
            <translation>ሙከራ ቢበዛ 20 ሰከንድ ይወስዳል። በዚህ ጊዜ መሣሪያው የሚወስደው ነገር አይቀመጥም።</translation>
        </message>
        <message>
            <source>A text of a sample has a character that biometric files cannot hold. Capture the sample again.</source>
            <translation>የአንድ ናሙና ጽሑፍ የባዮሜትሪክ ፋይል የማይዘው ምልክት አለው። ናሙናውን እንደገና ይቅረጹ።</translation>
        </message>
        <message>
            <source>A time in the biometric file is not one.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ጊዜ ጊዜ አይደለም።</translation>
        </message>
        <message>
            <source>A time that a device signed in the biometric file has another form than 2026-01-31T12:59:59Z.</source>
            <translation>በባዮሜትሪክ ፋይሉ መሣሪያ የፈረመው ጊዜ ከ2026-01-31T12:59:59Z የተለየ ቅርጽ አለው።</translation>
        </message>
        <message>
            <source>A trip takes from 0 to {days} days and from 0 to {people} people.</source>
            <translation>ጉዞ ከ0 እስከ {days} ቀንና ከ0 እስከ {people} ሰው ይሆናል።</translation>
        </message>
        <message>
            <source>A user name has 2 to 50 letters, digits, dots, dashes or underscores.</source>
            <translation>የተጠቃሚ ስም ከ2 እስከ 50 ፊደሎች፣ አሃዞች፣ ነጥቦች፣ ሰረዞች ወይም የግርጌ ሰረዞች አሉት።</translation>
        </message>
        <message>
            <source>A yes or no in the biometric file is neither.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ አዎ ወይም አይ ሁለቱንም አይደለም።</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>ጨምር</translation>
        </message>
        <message>
            <source>Add a page</source>
            <translation>ገጽ ጨምር</translation>
        </message>
        <message>
            <source>Administrator</source>
            <translation>አስተዳዳሪ</translation>
        </message>
        <message>
            <source>All are kept.</source>
            <translation>ሁሉም ተቀምጠዋል።</translation>
        </message>
        <message>
            <source>All of these are marked as exceptions; there is nothing to capture.</source>
            <translation>እነዚህ ሁሉ እንደ ልዩ ሁኔታ ተመልክተዋል፤ የሚቀረጽ ነገር የለም።</translation>
        </message>
        <message>
            <source>All of these, in any order</source>
            <translation>እነዚህ ሁሉ፣ በማንኛውም ቅደም ተከተል</translation>
        </message>
        <message>
            <source>An app on your telephone that shows a new code every half minute. It needs no network.</source>
            <translation>በስልክዎ ላይ በየግማሽ ደቂቃ አዲስ ኮድ የሚያሳይ መተግበሪያ። ኔትወርክ አያስፈልገውም።</translation>
        </message>
        <message>
            <source>An earlier registration at this station shows a face like this one. Compare the pictures: it may be the same person.</source>
            <translation>በዚህ ጣቢያ ቀደም ያለ ምዝገባ ከዚህ ጋር የሚመሳሰል ፊት ያሳያል። ምስሎቹን ያነጻጽሩ: ተመሳሳይ ሰው ሊሆን ይችላል።</translation>
        </message>
        <message>
            <source>An enrollment request has a place for the captures of one person only. Send this registration as a packet.</source>
            <translation>የምዝገባ ጥያቄ የአንድ ሰው ቀረጻዎችን ብቻ ይይዛል። ይህን ምዝገባ እንደ ጥቅል ይላኩ።</translation>
        </message>
        <message>
            <source>An entry of the biometric file does not say what it is about.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ ግቤት ስለ ምን እንደሆነ አይገልጽም።</translation>
        </message>
        <message>
            <source>An exception was marked or a poor capture kept: a supervisor has to confirm it before you sign.</source>
            <translation>ልዩ ሁኔታ ተመልክቷል ወይም ደካማ ቀረጻ ተቀምጧል: ከመፈረምዎ በፊት ተቆጣጣሪ ማረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>An index in the biometric file does not have the form of a UUID.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ መለያ የUUID ቅርጽ የለውም።</translation>
        </message>
        <message>
            <source>An introducer who was registered here says their number.</source>
            <translation>እዚህ የተመዘገቡ አስተዋዋቂ ቁጥራቸውን ይናገራሉ።</translation>
        </message>
        <message>
            <source>An update needs the person's UIN.</source>
            <translation>ማሻሻያ የግለሰቡን UIN ይፈልጋል።</translation>
        </message>
        <message>
            <source>Another device answered than the {kind} that was chosen. Look at what is connected.</source>
            <translation>ከተመረጠው {kind} ሌላ መሣሪያ መልስ ሰጥቷል። ምን እንደተገናኘ ይመልከቱ።</translation>
        </message>
        <message>
            <source>Another program is using the station's data. Try again in a moment.</source>
            <translation>ሌላ ፕሮግራም የጣቢያውን መረጃ እየተጠቀመ ነው። ከአፍታ በኋላ ይሞክሩ።</translation>
        </message>
        <message>
            <source>Another reason</source>
            <translation>ሌላ ምክንያት</translation>
        </message>
        <message>
            <source>As many of these as possible</source>
            <translation>ከእነዚህ የሚቻለውን ያህል</translation>
        </message>
        <message>
            <source>Ask about: {fields}.</source>
            <translation>ስለእነዚህ ይጠይቁ: {fields}።</translation>
        </message>
        <message>
            <source>Ask the person to lay both thumbs side by side on the glass.</source>
            <translation>ግለሰቡ ሁለቱንም አውራ ጣቶች ጎን ለጎን በመስታወቱ ላይ እንዲያስቀምጡ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the left hand flat on the glass.</source>
            <translation>ግለሰቡ የግራ እጃቸውን አራት ጣቶች በመስታወቱ ላይ ዘርግተው እንዲያስቀምጡ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the right hand flat on the glass.</source>
            <translation>ግለሰቡ የቀኝ እጃቸውን አራት ጣቶች በመስታወቱ ላይ ዘርግተው እንዲያስቀምጡ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera, eyes open, nothing on the head.</source>
            <translation>ግለሰቡ ዓይናቸውን ከፍተው፣ በራሳቸው ላይ ምንም ሳያደርጉ ቀጥታ ወደ ካሜራው እንዲመለከቱ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera.</source>
            <translation>ግለሰቡ ቀጥታ ወደ ካሜራው እንዲመለከቱ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the iris camera with both eyes wide open.</source>
            <translation>ግለሰቡ ሁለቱንም ዓይኖች በሰፊው ከፍተው ቀጥታ ወደ አይሪስ ካሜራው እንዲመለከቱ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Ask the person, or copy from a document. What is marked with * must be there.</source>
            <translation>ግለሰቡን ይጠይቁ ወይም ከሰነድ ይገልብጡ። * ያለበት መሞላት አለበት።</translation>
        </message>
        <message>
            <source>Ask what the person remembers: each detail helps to find the number. None is required.</source>
            <translation>ግለሰቡ የሚያስታውሱትን ይጠይቁ: እያንዳንዱ መረጃ ቁጥሩን ለማግኘት ይረዳል። የትኛውም ግዴታ አይደለም።</translation>
        </message>
        <message>
            <source>Ask your supervisor to look at this proof.</source>
            <translation>ይህን ማረጋገጫ እንዲመለከቱ ተቆጣጣሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>Asked for in no process: no trigger names one.</source>
            <translation>በማንኛውም ሂደት አይጠየቅም: ማንኛውም ማስነሻ ሂደት አይጠቅስም።</translation>
        </message>
        <message>
            <source>Asked for in: {processes}</source>
            <translation>የሚጠየቀው በእነዚህ ነው: {processes}</translation>
        </message>
        <message>
            <source>At least 8 characters.</source>
            <translation>ቢያንስ 8 ፊደሎች።</translation>
        </message>
        <message>
            <source>At least one of these</source>
            <translation>ከእነዚህ ቢያንስ አንዱ</translation>
        </message>
        <message>
            <source>At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.</source>
            <translation>በአንድ ጊዜ ቢበዛ {sheets} ወረቀቶች ይወሰዳሉ። በመጋቢው ተጨማሪ ካለ እንደ ተጨማሪ ገጾች ያክሏቸው።</translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation>ሙከራ {number} ከ{allowed}</translation>
        </message>
        <message>
            <source>Authenticator</source>
            <translation>ኦተንቲኬተር</translation>
        </message>
        <message>
            <source>Back to the desk</source>
            <translation>ወደ ዴስኩ ተመለስ</translation>
        </message>
        <message>
            <source>Bandage, covering or glasses</source>
            <translation>ፋሻ፣ መሸፈኛ ወይም መነጽር</translation>
        </message>
        <message>
            <source>Begin</source>
            <translation>ጀምር</translation>
        </message>
        <message>
            <source>Begin again</source>
            <translation>እንደገና ጀምር</translation>
        </message>
        <message>
            <source>Begin this step anew</source>
            <translation>ይህን ደረጃ እንደ አዲስ ጀምር</translation>
        </message>
        <message>
            <source>Being judged …</source>
            <translation>እየተመዘነ ነው …</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>አግድ</translation>
        </message>
        <message>
            <source>Browsers cannot come back to this computer: {port} is no port, or another program has it (MUSTER_BROWSER_PORT).</source>
            <translation>አሳሾች ወደዚህ ኮምፒውተር ሊመለሱ አይችሉም: {port} ወደብ አይደለም፣ ወይም ሌላ ፕሮግራም ይዞታል (MUSTER_BROWSER_PORT)።</translation>
        </message>
        <message>
            <source>Busy</source>
            <translation>ሥራ ላይ</translation>
        </message>
        <message>
            <source>By its chip the document has expired.</source>
            <translation>በቺፑ መሠረት ሰነዱ ጊዜው አልፏል።</translation>
        </message>
        <message>
            <source>Can prove: {level}</source>
            <translation>ሊያረጋግጥ የሚችለው: {level}</translation>
        </message>
        <message>
            <source>Cannot be captured</source>
            <translation>ሊቀረጽ አይችልም</translation>
        </message>
        <message>
            <source>Cannot be held still</source>
            <translation>ሳይንቀሳቀስ ሊያዝ አይችልም</translation>
        </message>
        <message>
            <source>Cannot move as asked</source>
            <translation>እንደተጠየቀው መንቀሳቀስ አይችሉም</translation>
        </message>
        <message>
            <source>Capture</source>
            <translation>ቅረጽ</translation>
        </message>
        <message>
            <source>Capture again</source>
            <translation>እንደገና ቅረጽ</translation>
        </message>
        <message>
            <source>Capture again: {fingers}</source>
            <translation>እንደገና ይቅረጹ: {fingers}</translation>
        </message>
        <message>
            <source>Capturing …</source>
            <translation>እየተቀረጸ ነው …</translation>
        </message>
        <message>
            <source>Centre and machine have five digits each, as the server assigned them.</source>
            <translation>ማዕከልና ማሽን እያንዳንዳቸው አገልጋዩ የሰጣቸው አምስት አሃዞች አሏቸው።</translation>
        </message>
        <message>
            <source>Centre and machine numbers have five digits.</source>
            <translation>የማዕከልና የማሽን ቁጥሮች አምስት አሃዞች አሏቸው።</translation>
        </message>
        <message>
            <source>Centre number</source>
            <translation>የማዕከል ቁጥር</translation>
        </message>
        <message>
            <source>Centre {center}, machine {machine}</source>
            <translation>ማዕከል {center}፣ ማሽን {machine}</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>ቀይር</translation>
        </message>
        <message>
            <source>Change the password</source>
            <translation>የይለፍ ቃሉን ቀይር</translation>
        </message>
        <message>
            <source>Change the roles</source>
            <translation>ሚናዎቹን ቀይር</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>ፍተሻ</translation>
        </message>
        <message>
            <source>Chin down a little.</source>
            <translation>አገጭዎን ትንሽ ዝቅ ያድርጉ።</translation>
        </message>
        <message>
            <source>Chin up a little.</source>
            <translation>አገጭዎን ትንሽ ከፍ ያድርጉ።</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>ምረጥ</translation>
        </message>
        <message>
            <source>Choose a picture for each page</source>
            <translation>ለእያንዳንዱ ገጽ ምስል ይምረጡ</translation>
        </message>
        <message>
            <source>Choose and test</source>
            <translation>ምረጥና ሞክር</translation>
        </message>
        <message>
            <source>Choose at least one role.</source>
            <translation>ቢያንስ አንድ ሚና ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose one of the entries of the list.</source>
            <translation>ከዝርዝሩ አንዱን ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose one or more languages, each once.</source>
            <translation>አንድ ወይም ከዚያ በላይ ቋንቋዎችን ይምረጡ፣ እያንዳንዱን አንድ ጊዜ።</translation>
        </message>
        <message>
            <source>Choose the kind of document from the list.</source>
            <translation>የሰነዱን ዓይነት ከዝርዝሩ ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose the same entry of the list in every language.</source>
            <translation>በሁሉም ቋንቋ ተመሳሳዩን ግቤት ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation>እዚህ ማን እንደሚሠራ ይምረጡ። የይለፍ ቃሎቹ በዚህ ኮምፒውተር ላይ ያለውን ሁሉ ይጠብቃሉ: ሁለቱም ከጠፉ ያልተላኩ ምዝገባዎችም ይጠፋሉ።</translation>
        </message>
        <message>
            <source>Close both eyes for a moment, then open them.</source>
            <translation>ሁለቱንም ዓይኖች ለአፍታ ይጨፍኑ፣ ከዚያ ይክፈቷቸው።</translation>
        </message>
        <message>
            <source>Close enough: about an arm's length</source>
            <translation>በቂ ቅርበት: የአንድ ክንድ ያህል ርቀት</translation>
        </message>
        <message>
            <source>Close the mouth.</source>
            <translation>አፍዎን ይዝጉ።</translation>
        </message>
        <message>
            <source>Code of your authenticator</source>
            <translation>የኦተንቲኬተርዎ ኮድ</translation>
        </message>
        <message>
            <source>Code of your authenticator, if you have one</source>
            <translation>የኦተንቲኬተርዎ ኮድ፣ ካለዎት</translation>
        </message>
        <message>
            <source>Code to be read by the person's telephone</source>
            <translation>በግለሰቡ ስልክ የሚነበብ ኮድ</translation>
        </message>
        <message>
            <source>Code to be read by your authenticator app</source>
            <translation>በኦተንቲኬተር መተግበሪያዎ የሚነበብ ኮድ</translation>
        </message>
        <message>
            <source>Come a little closer.</source>
            <translation>ትንሽ ቀረብ ይበሉ።</translation>
        </message>
        <message>
            <source>Compare the face with the picture on the document, and the name with what was entered.</source>
            <translation>ፊቱን በሰነዱ ካለው ምስል፣ ስሙን ደግሞ ከገባው ጋር ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>Configurations (*.json);;All files (*)</source>
            <translation>ውቅሮች (*.json);;ሁሉም ፋይሎች (*)</translation>
        </message>
        <message>
            <source>Confirm</source>
            <translation>አረጋግጥ</translation>
        </message>
        <message>
            <source>Confirmed by {name}.</source>
            <translation>በ{name} ተረጋግጧል።</translation>
        </message>
        <message>
            <source>Consent</source>
            <translation>ፈቃድ</translation>
        </message>
        <message>
            <source>Continue sending</source>
            <translation>መላክ ቀጥል</translation>
        </message>
        <message>
            <source>Days of the oldest review</source>
            <translation>የጥንቱ ግምገማ ቀናት</translation>
        </message>
        <message>
            <source>Days of the server's certificate for answers</source>
            <translation>ለመልሶች የአገልጋዩ ሰርተፍኬት ቀናት</translation>
        </message>
        <message>
            <source>Days of the server's certificate for packets</source>
            <translation>ለጥቅሎች የአገልጋዩ ሰርተፍኬት ቀናት</translation>
        </message>
        <message>
            <source>Days since the lists were fetched</source>
            <translation>ዝርዝሮቹ ከመጡ የተቆጠሩ ቀናት</translation>
        </message>
        <message>
            <source>Days since the settings were fetched</source>
            <translation>ቅንብሮቹ ከመጡ የተቆጠሩ ቀናት</translation>
        </message>
        <message>
            <source>Days since the users were fetched</source>
            <translation>ተጠቃሚዎቹ ከመጡ የተቆጠሩ ቀናት</translation>
        </message>
        <message>
            <source>Days without sending</source>
            <translation>ያለመላክ ቀናት</translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation>የማሳያ ጣቢያ: የይለፍ ቃሉ ተሞልቷል። የተፈጠሩ ሰዎችን ብቻ ይመዝግቡ።</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>ዝርዝሮች</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>መሣሪያዎች</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>ጣል</translation>
        </message>
        <message>
            <source>Discard for good?</source>
            <translation>ለዘለቄታው ይጣል?</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>ሰነዶች</translation>
        </message>
        <message>
            <source>Done.</source>
            <translation>ተጠናቋል።</translation>
        </message>
        <message>
            <source>Done: this is the code</source>
            <translation>ተጠናቋል: ኮዱ ይህ ነው</translation>
        </message>
        <message>
            <source>Drivers that are not loaded</source>
            <translation>ያልተጫኑ ድራይቨሮች</translation>
        </message>
        <message>
            <source>Dry or wet skin</source>
            <translation>ደረቅ ወይም እርጥብ ቆዳ</translation>
        </message>
        <message>
            <source>E-mail address</source>
            <translation>የኢሜይል አድራሻ</translation>
        </message>
        <message>
            <source>Encoded data in the biometric file is damaged.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ የተቀየደ መረጃ ተበላሽቷል።</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>አቋርጥ</translation>
        </message>
        <message>
            <source>End this proof</source>
            <translation>ይህን ማረጋገጫ አቋርጥ</translation>
        </message>
        <message>
            <source>Enrolled: {names}</source>
            <translation>የተመዘገቡ: {names}</translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation>ሁሉም ነገር እየሠሩ ሳለ ይቀመጣል።</translation>
        </message>
        <message>
            <source>Everything succeeded, but it does not prove enough for this purpose.</source>
            <translation>ሁሉም ተሳክቷል፤ ነገር ግን ለዚህ ዓላማ በቂ ማረጋገጫ አይደለም።</translation>
        </message>
        <message>
            <source>Exception photo</source>
            <translation>የልዩ ሁኔታ ፎቶ</translation>
        </message>
        <message>
            <source>Eye cannot be captured (illness)</source>
            <translation>ዓይን ሊቀረጽ አይችልም (ሕመም)</translation>
        </message>
        <message>
            <source>Eye injured or bandaged</source>
            <translation>ዓይን ተጎድቷል ወይም ታስሯል</translation>
        </message>
        <message>
            <source>Eye missing</source>
            <translation>ዓይን የለም</translation>
        </message>
        <message>
            <source>Eyes</source>
            <translation>ዓይኖች</translation>
        </message>
        <message>
            <source>Face</source>
            <translation>ፊት</translation>
        </message>
        <message>
            <source>Face and fingers</source>
            <translation>ፊትና ጣቶች</translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation>ፊት፣ ጣቶችና ዓይኖች</translation>
        </message>
        <message>
            <source>Faults to be mended: {count}</source>
            <translation>መስተካከል ያለባቸው ስህተቶች: {count}</translation>
        </message>
        <message>
            <source>Fetch</source>
            <translation>አምጣ</translation>
        </message>
        <message>
            <source>Fetching …</source>
            <translation>እየመጣ ነው …</translation>
        </message>
        <message>
            <source>Filled in at home?</source>
            <translation>በቤት ተሞልቷል?</translation>
        </message>
        <message>
            <source>Finger</source>
            <translation>ጣት</translation>
        </message>
        <message>
            <source>Finger and face</source>
            <translation>ጣትና ፊት</translation>
        </message>
        <message>
            <source>Finger injured or bandaged</source>
            <translation>ጣት ተጎድቷል ወይም ታስሯል</translation>
        </message>
        <message>
            <source>Finger missing</source>
            <translation>ጣት የለም</translation>
        </message>
        <message>
            <source>First the person agrees to: {names}</source>
            <translation>መጀመሪያ ግለሰቡ በእነዚህ ይስማማሉ: {names}</translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation>ከፋይል …</translation>
        </message>
        <message>
            <source>From the beginning</source>
            <translation>ከመጀመሪያው</translation>
        </message>
        <message>
            <source>GPS receiver</source>
            <translation>የGPS መቀበያ</translation>
        </message>
        <message>
            <source>Give the new password</source>
            <translation>አዲሱን የይለፍ ቃል ስጥ</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>ቀጥል</translation>
        </message>
        <message>
            <source>Go on with other things</source>
            <translation>በሌሎች ነገሮች ቀጥል</translation>
        </message>
        <message>
            <source>Go through this with the person, one step after the other.</source>
            <translation>ይህን ከግለሰቡ ጋር አንድ በአንድ ያከናውኑ።</translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation>ጥሩ ነው። ሳይንቀሳቀሱ ይቆዩ …</translation>
        </message>
        <message>
            <source>How large the page is in truth is not known.</source>
            <translation>ገጹ በእውነቱ ምን ያህል ትልቅ እንደሆነ አይታወቅም።</translation>
        </message>
        <message>
            <source>How long this station can go on</source>
            <translation>ይህ ጣቢያ ምን ያህል ጊዜ ሊቀጥል እንደሚችል</translation>
        </message>
        <message>
            <source>I compared them: it is the same person.</source>
            <translation>አነጻጽሬአለሁ: ተመሳሳይ ሰው ነው።</translation>
        </message>
        <message>
            <source>I see the person here myself</source>
            <translation>ግለሰቡን እዚህ ራሴ አያቸዋለሁ</translation>
        </message>
        <message>
            <source>I see the person: they sit before the camera, with nothing before the face.</source>
            <translation>ግለሰቡን አያቸዋለሁ: ከካሜራው ፊት ተቀምጠዋል፣ ፊታቸውንም ምንም አልሸፈነውም።</translation>
        </message>
        <message>
            <source>I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.</source>
            <translation>እኔ {officer} ይህ ሰው ማን እንደሆነ አጣርቻለሁ፣ ያየሁትን መዝግቤአለሁ፣ ግለሰቡም አረጋግጠዋል።</translation>
        </message>
        <message>
            <source>In the file: {name}</source>
            <translation>በፋይሉ: {name}</translation>
        </message>
        <message>
            <source>Injury or illness</source>
            <translation>ጉዳት ወይም ሕመም</translation>
        </message>
        <message>
            <source>It can be taken into use, after {seconds} s.</source>
            <translation>ከ{seconds} ሰከንድ በኋላ ሥራ ላይ ሊውል ይችላል።</translation>
        </message>
        <message>
            <source>It cannot be gone on in this way. Ask your supervisor.</source>
            <translation>በዚህ መንገድ መቀጠል አይቻልም። ተቆጣጣሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>It captured what lay before it. Nothing of that was kept.</source>
            <translation>ከፊቱ ያለውን ቀርጿል። ከዚያ ምንም አልተቀመጠም።</translation>
        </message>
        <message>
            <source>It counts from the next sign-in on.</source>
            <translation>ከሚቀጥለው መግቢያ ጀምሮ ይሠራል።</translation>
        </message>
        <message>
            <source>It did not succeed, because you played it so.</source>
            <translation>አልተሳካም፤ እንደዚያ ስላጫወቱት ነው።</translation>
        </message>
        <message>
            <source>It does not know where it is yet. Place it at a window and test it again in some minutes.</source>
            <translation>ገና የት እንዳለ አያውቅም። በመስኮት አጠገብ አስቀምጠው ከጥቂት ደቂቃ በኋላ ይሞክሩት።</translation>
        </message>
        <message>
            <source>It fails</source>
            <translation>ይከሽፋል</translation>
        </message>
        <message>
            <source>It fails for now</source>
            <translation>ለጊዜው ይከሽፋል</translation>
        </message>
        <message>
            <source>It knows where it is.</source>
            <translation>የት እንዳለ ያውቃል።</translation>
        </message>
        <message>
            <source>It looks for chips, and none lay on it.</source>
            <translation>ቺፕ ይፈልጋል፤ ምንም አልተቀመጠበትም ነበር።</translation>
        </message>
        <message>
            <source>It sees the chip of a document. Nothing of it was read.</source>
            <translation>የሰነድ ቺፕ ይታየዋል። ከእሱ ምንም አልተነበበም።</translation>
        </message>
        <message>
            <source>It stops only {seconds} s after it was told to. It can be used; give this report to the maker of its driver.</source>
            <translation>እንዲቆም ከተነገረው {seconds} ሰከንድ በኋላ ብቻ ይቆማል። ሊሠራበት ይችላል፤ ይህን ዘገባ ለድራይቨሩ አዘጋጅ ይስጡ።</translation>
        </message>
        <message>
            <source>It stops when it is told to, after {seconds} s.</source>
            <translation>ሲነገረው ከ{seconds} ሰከንድ በኋላ ይቆማል።</translation>
        </message>
        <message>
            <source>It succeeds</source>
            <translation>ይሳካል</translation>
        </message>
        <message>
            <source>It waits</source>
            <translation>ይጠብቃል</translation>
        </message>
        <message>
            <source>It was given back and can be taken into use again.</source>
            <translation>ተመልሷል፤ እንደገና ሥራ ላይ ሊውል ይችላል።</translation>
        </message>
        <message>
            <source>It works with firmware {firmware}.</source>
            <translation>በፈርምዌር {firmware} ይሠራል።</translation>
        </message>
        <message>
            <source>Its certificate ended on {date}. Connect the computer to the internet and restart the device's program; if that does not help, ask the device's maker.</source>
            <translation>ሰርተፍኬቱ በ{date} አብቅቷል። ኮምፒውተሩን ከኢንተርኔት ያገናኙና የመሣሪያውን ፕሮግራም እንደገና ያስጀምሩ፤ ካልረዳ የመሣሪያውን አምራች ይጠይቁ።</translation>
        </message>
        <message>
            <source>Its certificate ends on {date}. Ask the device's maker for a new one in time.</source>
            <translation>ሰርተፍኬቱ በ{date} ያበቃል። በጊዜው የመሣሪያውን አምራች አዲስ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Its certificate is good until {date}.</source>
            <translation>ሰርተፍኬቱ እስከ {date} የጸና ነው።</translation>
        </message>
        <message>
            <source>Its clock agrees with this computer's.</source>
            <translation>ሰዓቱ ከዚህ ኮምፒውተር ሰዓት ጋር ይስማማል።</translation>
        </message>
        <message>
            <source>Its clock is {seconds} s off this computer's. Set the clocks, then restart the device's program.</source>
            <translation>ሰዓቱ ከዚህ ኮምፒውተር በ{seconds} ሰከንድ ይለያል። ሰዓቶቹን አስተካክለው የመሣሪያውን ፕሮግራም እንደገና ያስጀምሩ።</translation>
        </message>
        <message>
            <source>Keep the best there is</source>
            <translation>ካለው የተሻለውን አስቀምጥ</translation>
        </message>
        <message>
            <source>Kept.</source>
            <translation>ተቀምጧል።</translation>
        </message>
        <message>
            <source>Kept. No use case says in its triggers which process it is for, so nobody is asked.</source>
            <translation>ተቀምጧል። ማንኛውም የአጠቃቀም ሁኔታ በማስነሻዎቹ ለየትኛው ሂደት እንደሆነ ስለማይገልጽ ማንም አይጠየቅም።</translation>
        </message>
        <message>
            <source>Kind of document</source>
            <translation>የሰነድ ዓይነት</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>ቋንቋ</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan, or go on without one.</source>
            <translation>ሰነዱን በስካነሩ ላይ አስቀምጠው ስካንን ይጫኑ፣ ወይም ያለ ሰነድ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan. What is marked with * must be there.</source>
            <translation>ሰነዱን በስካነሩ ላይ አስቀምጠው ስካንን ይጫኑ። * ያለበት መኖር አለበት።</translation>
        </message>
        <message>
            <source>Lean the head a little to the left.</source>
            <translation>ራስዎን ትንሽ ወደ ግራ ያዘንብሉ።</translation>
        </message>
        <message>
            <source>Lean the head a little to the right.</source>
            <translation>ራስዎን ትንሽ ወደ ቀኝ ያዘንብሉ።</translation>
        </message>
        <message>
            <source>Left eye</source>
            <translation>ግራ ዓይን</translation>
        </message>
        <message>
            <source>Left hand</source>
            <translation>ግራ እጅ</translation>
        </message>
        <message>
            <source>Left index finger</source>
            <translation>የግራ አመልካች ጣት</translation>
        </message>
        <message>
            <source>Left little finger</source>
            <translation>የግራ ትንሽ ጣት</translation>
        </message>
        <message>
            <source>Left middle finger</source>
            <translation>የግራ መካከለኛ ጣት</translation>
        </message>
        <message>
            <source>Left ring finger</source>
            <translation>የግራ ቀለበት ጣት</translation>
        </message>
        <message>
            <source>Left thumb</source>
            <translation>የግራ አውራ ጣት</translation>
        </message>
        <message>
            <source>Let in again</source>
            <translation>እንደገና ፍቀድ</translation>
        </message>
        <message>
            <source>Lids or lashes cover a part of the iris. Open the eyes wide.</source>
            <translation>የዓይን ቆብ ወይም ሽፋሽፍት የአይሪሱን ክፍል ሸፍኗል። ዓይኖችን በሰፊው ይክፈቱ።</translation>
        </message>
        <message>
            <source>Lift your chin slowly, then look back to the camera.</source>
            <translation>አገጭዎን በዝግታ ያንሱ፣ ከዚያ ወደ ካሜራው ይመልከቱ።</translation>
        </message>
        <message>
            <source>Light is reflected by the glasses. Take them off, or move the lamp.</source>
            <translation>መነጽሩ ብርሃን ያንጸባርቃል። ያውልቁት ወይም መብራቱን ያንቀሳቅሱ።</translation>
        </message>
        <message>
            <source>Light is reflected on the page. Turn the page or the lamp a little.</source>
            <translation>ገጹ ብርሃን ያንጸባርቃል። ገጹን ወይም መብራቱን ትንሽ ያዙሩ።</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>ቆልፍ</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>ተቆልፏል</translation>
        </message>
        <message>
            <source>Locks in {minutes} min</source>
            <translation>ከ{minutes} ደቂቃ በኋላ ይቆለፋል</translation>
        </message>
        <message>
            <source>Look into the camera</source>
            <translation>ወደ ካሜራው ይመልከቱ</translation>
        </message>
        <message>
            <source>Look into the camera.</source>
            <translation>ወደ ካሜራው ይመልከቱ።</translation>
        </message>
        <message>
            <source>Look straight into the camera.</source>
            <translation>ቀጥታ ወደ ካሜራው ይመልከቱ።</translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation>የማሽን ቁጥር</translation>
        </message>
        <message>
            <source>Make smaller</source>
            <translation>አሳንስ</translation>
        </message>
        <message>
            <source>Making it smaller …</source>
            <translation>እያነሰ ነው …</translation>
        </message>
        <message>
            <source>Making keys …</source>
            <translation>ቁልፎች እየተሠሩ ነው …</translation>
        </message>
        <message>
            <source>Meanwhile</source>
            <translation>እስከዚያው</translation>
        </message>
        <message>
            <source>Megabytes on the disk</source>
            <translation>በዲስኩ ላይ ሜጋባይት</translation>
        </message>
        <message>
            <source>More light on the left side of the face.</source>
            <translation>በፊቱ ግራ በኩል ተጨማሪ ብርሃን።</translation>
        </message>
        <message>
            <source>More light on the right side of the face.</source>
            <translation>በፊቱ ቀኝ በኩል ተጨማሪ ብርሃን።</translation>
        </message>
        <message>
            <source>More than one face is in the picture. Only the person may be in view.</source>
            <translation>በምስሉ ከአንድ በላይ ፊት አለ። ግለሰቡ ብቻ መታየት አለባቸው።</translation>
        </message>
        <message>
            <source>Move a little to the left.</source>
            <translation>ትንሽ ወደ ግራ ይንቀሳቀሱ።</translation>
        </message>
        <message>
            <source>Move a little to the right.</source>
            <translation>ትንሽ ወደ ቀኝ ይንቀሳቀሱ።</translation>
        </message>
        <message>
            <source>Move back a little.</source>
            <translation>ትንሽ ወደ ኋላ ይበሉ።</translation>
        </message>
        <message>
            <source>My sign-in</source>
            <translation>የእኔ መግቢያ</translation>
        </message>
        <message>
            <source>Name the public key that signed the pack of networks as well.</source>
            <translation>የሞዴሎቹን ጥቅል የፈረመውን ይፋዊ ቁልፍም ይጥቀሱ።</translation>
        </message>
        <message>
            <source>Needed: {level}</source>
            <translation>የሚያስፈልገው: {level}</translation>
        </message>
        <message>
            <source>Neither head nor background moved enough to judge this.</source>
            <translation>ይህን ለመመዘን ራስም ሆነ ዳራው በቂ አልተንቀሳቀሰም።</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>አዲስ የይለፍ ቃል</translation>
        </message>
        <message>
            <source>New registration</source>
            <translation>አዲስ ምዝገባ</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>ቀጣይ</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>ቀጣይ ገጽ</translation>
        </message>
        <message>
            <source>Next person</source>
            <translation>ቀጣይ ሰው</translation>
        </message>
        <message>
            <source>Next: {names}</source>
            <translation>ቀጣይ: {names}</translation>
        </message>
        <message>
            <source>No browser could be opened on this computer.</source>
            <translation>በዚህ ኮምፒውተር ምንም አሳሽ ሊከፈት አልቻለም።</translation>
        </message>
        <message>
            <source>No camera answers at {host}. Check that it is switched on and its network cable plugged in, then try again.</source>
            <translation>በ{host} ምንም ካሜራ አይመልስም። መብራቱንና የኔትወርክ ገመዱ መሰካቱን ያረጋግጡና ይሞክሩ።</translation>
        </message>
        <message>
            <source>No device called {name} is connected. Plug it in, or look in the list of devices what it is called.</source>
            <translation>{name} የሚባል መሣሪያ አልተገናኘም። ይሰኩት፣ ወይም ስሙን በመሣሪያዎች ዝርዝር ይመልከቱ።</translation>
        </message>
        <message>
            <source>No eye is seen. Look into the device and open the eyes wide.</source>
            <translation>ዓይን አይታይም። ወደ መሣሪያው ይመልከቱና ዓይኖችን በሰፊው ይክፈቱ።</translation>
        </message>
        <message>
            <source>No face is in the picture. Ask the person to sit in front of the camera.</source>
            <translation>በምስሉ ፊት የለም። ግለሰቡ ከካሜራው ፊት እንዲቀመጡ ይጠይቁ።</translation>
        </message>
        <message>
            <source>No finger and no eye is marked as an exception; there is nothing to show.</source>
            <translation>ምንም ጣት ወይም ዓይን እንደ ልዩ ሁኔታ አልተመለከተም፤ የሚታይ ነገር የለም።</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place it flat in the middle.</source>
            <translation>በመስታወቱ ላይ ጣት የለም። በመካከል ዘርግተው ያስቀምጡት።</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place the fingers flat, side by side.</source>
            <translation>በመስታወቱ ላይ ጣት የለም። ጣቶቹን ጎን ለጎን ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>No list on this drive is signed with the key of this fingerprint.</source>
            <translation>በዚህ ድራይቭ ላይ በዚህ አሻራ ቁልፍ የተፈረመ ዝርዝር የለም።</translation>
        </message>
        <message>
            <source>No machine-readable lines were found on this page.</source>
            <translation>በዚህ ገጽ ላይ ማሽን የሚያነባቸው መስመሮች አልተገኙም።</translation>
        </message>
        <message>
            <source>No more than that: nobody needs to undress or to take off a bandage</source>
            <translation>ከዚያ በላይ አይደለም: ማንም ልብስ ማውለቅ ወይም ፋሻ መፍታት አያስፈልገውም</translation>
        </message>
        <message>
            <source>No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and send what waits, or ask your administrator.</source>
            <translation>አዲስ ምዝገባ መጀመር አይቻልም: የዚህ ጣቢያ ገደብ ላይ ተደርሷል ({limit})። ከአገልጋዩ ጋር ተገናኝተው የሚጠብቀውን ይላኩ፣ ወይም አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>No packet waits to be sent, so there is nothing to hand over.</source>
            <translation>መላክ የሚጠብቅ ጥቅል የለም፤ ስለዚህ የሚረከብ ነገር የለም።</translation>
        </message>
        <message>
            <source>No packet was accepted. See the outbox for the reason.</source>
            <translation>ምንም ጥቅል ተቀባይነት አላገኘም። ምክንያቱን በወጪ ሳጥን ይመልከቱ።</translation>
        </message>
        <message>
            <source>No page yet</source>
            <translation>ገና ገጽ የለም</translation>
        </message>
        <message>
            <source>No paper lies in the feeder, so no page was tried. Lay one in and test again.</source>
            <translation>በመጋቢው ወረቀት ስለሌለ ምንም ገጽ አልተሞከረም። አንድ አስገብተው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>No paper lies in the scanner's feeder. Lay the pages in and scan again.</source>
            <translation>በስካነሩ መጋቢ ወረቀት የለም። ገጾቹን አስገብተው እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>No picture</source>
            <translation>ምስል የለም</translation>
        </message>
        <message>
            <source>No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at another socket.</source>
            <translation>በ{seconds} ሰከንድ ውስጥ ምስል አልመጣም። {kind} የሚጠቀሙ ሌሎች ፕሮግራሞችን ይዝጉ፣ ነቅለው በሌላ ሶኬት ይሰኩት።</translation>
        </message>
        <message>
            <source>No proofing use case is meant for this.</source>
            <translation>ለዚህ የታሰበ የማረጋገጫ አጠቃቀም ሁኔታ የለም።</translation>
        </message>
        <message>
            <source>No readable ridges</source>
            <translation>የሚነበቡ መስመሮች የሉም</translation>
        </message>
        <message>
            <source>No ridges are visible. Clean the glass and the finger and try again.</source>
            <translation>መስመሮች አይታዩም። መስታወቱንና ጣቱን ያጽዱና እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>No secure connection to the server can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>ከአገልጋዩ ጋር ደህንነቱ የተጠበቀ ግንኙነት ሊፈጠር አልቻለም፤ ስለዚህ ምንም አልተላከም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ከዚያ ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>No secure connection to the service that proves identities can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>ማንነትን ከሚያረጋግጠው አገልግሎት ጋር ደህንነቱ የተጠበቀ ግንኙነት ሊፈጠር አልቻለም፤ ስለዚህ ምንም አልተላከም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ከዚያ ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>No station of this number is registered here, so no set-up file can be made for it.</source>
            <translation>በዚህ ቁጥር የተመዘገበ ጣቢያ እዚህ ስለሌለ የማዋቀሪያ ፋይል ሊዘጋጅለት አይችልም።</translation>
        </message>
        <message>
            <source>No such app was found on this computer.</source>
            <translation>እንዲህ ያለ መተግበሪያ በዚህ ኮምፒውተር አልተገኘም።</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in and try again.</source>
            <translation>{kind} አልተገናኘም። ይሰኩትና እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>Nobody here waits for what the browser brought back.</source>
            <translation>አሳሹ ይዞ የተመለሰውን እዚህ የሚጠብቅ የለም።</translation>
        </message>
        <message>
            <source>Nobody of that name works at this station.</source>
            <translation>በዚህ ስም በዚህ ጣቢያ የሚሠራ የለም።</translation>
        </message>
        <message>
            <source>Nobody this station believes in vouches for the {kind}. Synchronize with the server, or use another device.</source>
            <translation>ይህ ጣቢያ የሚያምነው ማንም ለ{kind} ዋስትና አይሰጥም። ከአገልጋዩ ጋር ያመሳስሉ፣ ወይም ሌላ መሣሪያ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>Nobody with these details proved who they are at this station before.</source>
            <translation>እነዚህን ዝርዝሮች የያዘ ሰው ከዚህ በፊት በዚህ ጣቢያ ማንነቱን አላረጋገጠም።</translation>
        </message>
        <message>
            <source>None of the ways to do this step is available.</source>
            <translation>ይህን ደረጃ ለማከናወን ምንም መንገድ የለም።</translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation>ዝግጁ አይደለም</translation>
        </message>
        <message>
            <source>Nothing can be seen on this page. Look whether it lies the right way round.</source>
            <translation>በዚህ ገጽ ላይ ምንም አይታይም። በትክክለኛው ጎን መቀመጡን ይመልከቱ።</translation>
        </message>
        <message>
            <source>Nothing can be written down yet: the proof of identity is not complete.</source>
            <translation>ገና ምንም ሊጻፍ አይችልም: የማንነት ማረጋገጫው አልተጠናቀቀም።</translation>
        </message>
        <message>
            <source>Nothing has to be proven for this person.</source>
            <translation>ለዚህ ሰው ምንም መረጋገጥ የለበትም።</translation>
        </message>
        <message>
            <source>Nothing in the packet confirms the officer: no password and no capture.</source>
            <translation>በጥቅሉ የምዝገባ ባለሙያውን የሚያረጋግጥ የለም: የይለፍ ቃልም ቀረጻም።</translation>
        </message>
        <message>
            <source>Nothing is changed yet. Fill in what is to be changed, or attach a document.</source>
            <translation>ገና ምንም አልተቀየረም። የሚቀየረውን ይሙሉ፣ ወይም ሰነድ ያያይዙ።</translation>
        </message>
        <message>
            <source>Nothing is lost if this does not succeed.</source>
            <translation>ይህ ካልተሳካ ምንም አይጠፋም።</translation>
        </message>
        <message>
            <source>Nothing is plugged in.</source>
            <translation>ምንም አልተሰካም።</translation>
        </message>
        <message>
            <source>Nothing of that name can be measured. There are: {areas}.</source>
            <translation>በዚህ ስም የሚለካ ነገር የለም። ያሉት: {areas}።</translation>
        </message>
        <message>
            <source>Nothing on this chip can show that it is not a copy. Compare the document itself.</source>
            <translation>በዚህ ቺፕ ላይ ቅጂ አለመሆኑን የሚያሳይ ምንም የለም። ሰነዱን ራሱን ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>Nothing was said.</source>
            <translation>ምንም አልተባለም።</translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation>ምንም።</translation>
        </message>
        <message>
            <source>Number of the pre-registration</source>
            <translation>የቅድመ ምዝገባው ቁጥር</translation>
        </message>
        <message>
            <source>Number of the request</source>
            <translation>የጥያቄው ቁጥር</translation>
        </message>
        <message>
            <source>Number on it, if any</source>
            <translation>በላዩ ያለ ቁጥር፣ ካለ</translation>
        </message>
        <message>
            <source>Officer and supervisor must be two people: choose two user names.</source>
            <translation>ባለሙያውና ተቆጣጣሪው ሁለት ሰዎች መሆን አለባቸው: ሁለት የተጠቃሚ ስሞችን ይምረጡ።</translation>
        </message>
        <message>
            <source>On paper this bright glare cannot be told from the paper.</source>
            <translation>በወረቀት ላይ ይህ ደማቅ ነጸብራቅ ከወረቀቱ ሊለይ አይችልም።</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>አንድ ጊዜ ደግመው</translation>
        </message>
        <message>
            <source>One after the other</source>
            <translation>አንዱ ከሌላው በኋላ</translation>
        </message>
        <message>
            <source>One face, alone in the picture</source>
            <translation>አንድ ፊት፣ በምስሉ ብቻውን</translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation>አንድ ጣት ወይም ዓይን አልታየም። ሁሉንም አስቀምጠው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>One of these, as the person likes</source>
            <translation>ከእነዚህ አንዱ፣ ግለሰቡ እንደፈለጉ</translation>
        </message>
        <message>
            <source>One packet was accepted by the server.</source>
            <translation>አንድ ጥቅል በአገልጋዩ ተቀባይነት አግኝቷል።</translation>
        </message>
        <message>
            <source>One picture was judged by itself: whether anything in it moves cannot be told.</source>
            <translation>አንድ ምስል ብቻውን ተመዝኗል: በውስጡ የሚንቀሳቀስ ነገር መኖሩ ሊታወቅ አይችልም።</translation>
        </message>
        <message>
            <source>Only a correction answers a request.</source>
            <translation>ለጥያቄ የሚመልሰው እርማት ብቻ ነው።</translation>
        </message>
        <message>
            <source>Only a part of the finger is seen. Lay the whole fingertip flat on the glass.</source>
            <translation>የጣቱ ክፍል ብቻ ይታያል። የጣቱን ጫፍ ሙሉ በሙሉ በመስታወቱ ላይ ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Only a part of the page arrived from the scanner. Scan it again.</source>
            <translation>ከስካነሩ የገጹ ክፍል ብቻ ደርሷል። እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>Only a supervisor may do this. Sign in as one.</source>
            <translation>ይህን ማድረግ የሚችሉት ተቆጣጣሪ ብቻ ናቸው። እንደ ተቆጣጣሪ ይግቡ።</translation>
        </message>
        <message>
            <source>Only an administrator may do this. Sign in as one.</source>
            <translation>ይህን ማድረግ የሚችሉት አስተዳዳሪ ብቻ ናቸው። እንደ አስተዳዳሪ ይግቡ።</translation>
        </message>
        <message>
            <source>Only grey pictures of 64 to 8192 pixels on each side can be compressed as WSQ.</source>
            <translation>እንደ WSQ ሊጨመቁ የሚችሉት በእያንዳንዱ ጎን ከ64 እስከ 8192 ፒክስል ያላቸው ግራጫ ምስሎች ብቻ ናቸው።</translation>
        </message>
        <message>
            <source>Only somebody who registers people may do this. Sign in as an officer.</source>
            <translation>ይህን ማድረግ የሚችሉት ሰዎችን የሚመዘግቡ ብቻ ናቸው። እንደ ባለሙያ ይግቡ።</translation>
        </message>
        <message>
            <source>Only the value true says that the person agrees: {consents}.</source>
            <translation>ግለሰቡ መስማማታቸውን የሚገልጸው true የሚለው ዋጋ ብቻ ነው: {consents}።</translation>
        </message>
        <message>
            <source>Only try it out (invented people)</source>
            <translation>ለሙከራ ብቻ (የተፈጠሩ ሰዎች)</translation>
        </message>
        <message>
            <source>Only {rate} pictures a second come. Turn on more light, and plug the {kind} into a socket of the computer itself.</source>
            <translation>በሰከንድ {rate} ምስሎች ብቻ ይመጣሉ። ተጨማሪ ብርሃን ያብሩ፣ {kind}ን በኮምፒውተሩ ሶኬት ላይ ቀጥታ ይሰኩት።</translation>
        </message>
        <message>
            <source>Open a file …</source>
            <translation>ፋይል ክፈት …</translation>
        </message>
        <message>
            <source>Open in the browser</source>
            <translation>በአሳሽ ክፈት</translation>
        </message>
        <message>
            <source>Open on this computer only</source>
            <translation>በዚህ ኮምፒውተር ላይ ብቻ ይከፈት</translation>
        </message>
        <message>
            <source>Open the eyes.</source>
            <translation>ዓይኖችን ይክፈቱ።</translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation>ወጪ ሳጥን</translation>
        </message>
        <message>
            <source>Packets not sent</source>
            <translation>ያልተላኩ ጥቅሎች</translation>
        </message>
        <message>
            <source>Packets waiting for review</source>
            <translation>ግምገማ የሚጠብቁ ጥቅሎች</translation>
        </message>
        <message>
            <source>Page before</source>
            <translation>ቀዳሚ ገጽ</translation>
        </message>
        <message>
            <source>Page {number} of {count}</source>
            <translation>ገጽ {number} ከ{count}</translation>
        </message>
        <message>
            <source>Pages that were taken: {pages}. {problem}</source>
            <translation>የተወሰዱ ገጾች: {pages}። {problem}</translation>
        </message>
        <message>
            <source>Paper is stuck in the scanner. Take it out, lay the page in again and scan again.</source>
            <translation>ወረቀት በስካነሩ ውስጥ ተጣብቋል። ያውጡት፣ ገጹን እንደገና አስገብተው ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>የይለፍ ቃል</translation>
        </message>
        <message>
            <source>Password of the supervisor</source>
            <translation>የተቆጣጣሪው የይለፍ ቃል</translation>
        </message>
        <message>
            <source>Password of {officer}</source>
            <translation>የ{officer} የይለፍ ቃል</translation>
        </message>
        <message>
            <source>Passwords alone open this station. Whoever has a copy of its disk can try passwords on it.</source>
            <translation>ይህ ጣቢያ በይለፍ ቃል ብቻ ይከፈታል። የዲስኩን ቅጂ የያዘ ሰው የይለፍ ቃሎችን ሊሞክርበት ይችላል።</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>ለጊዜው አቁም</translation>
        </message>
        <message>
            <source>People</source>
            <translation>ሰዎች</translation>
        </message>
        <message>
            <source>People of this station</source>
            <translation>የዚህ ጣቢያ ሰዎች</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>ስልክ ቁጥር</translation>
        </message>
        <message>
            <source>Photo of the exception</source>
            <translation>የልዩ ሁኔታው ፎቶ</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>ምስሎች</translation>
        </message>
        <message>
            <source>Playing asks nobody and stores nothing.</source>
            <translation>ማጫወት ማንንም አይጠይቅም፤ ምንም አያስቀምጥም።</translation>
        </message>
        <message>
            <source>Plugged in</source>
            <translation>የተሰኩ</translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation>ወደብ {port} በሌላ ፕሮግራም ተይዟል። ሌላ ይምረጡ።</translation>
        </message>
        <message>
            <source>Press again to remove {name} for good, with finger and face.</source>
            <translation>{name}ን ከጣትና ከፊት ጋር ለዘለቄታው ለማስወገድ እንደገና ይጫኑ።</translation>
        </message>
        <message>
            <source>Print the slip</source>
            <translation>ደረሰኙን አትም</translation>
        </message>
        <message>
            <source>Print the slip and hand it to the person.</source>
            <translation>ደረሰኙን አትመው ለግለሰቡ ይስጡ።</translation>
        </message>
        <message>
            <source>Proof of identity</source>
            <translation>የማንነት ማረጋገጫ</translation>
        </message>
        <message>
            <source>Proof of identity: what this station asks for</source>
            <translation>የማንነት ማረጋገጫ: ይህ ጣቢያ የሚጠይቀው</translation>
        </message>
        <message>
            <source>Proofing configuration</source>
            <translation>የማረጋገጫ ውቅር</translation>
        </message>
        <message>
            <source>Put away for now</source>
            <translation>ለአሁን አስቀምጥ</translation>
        </message>
        <message>
            <source>Put away, to be finished</source>
            <translation>የተቀመጡ፣ ሊጠናቀቁ የሚገባ</translation>
        </message>
        <message>
            <source>Read this to the person first, and ask whether they agree.</source>
            <translation>መጀመሪያ ይህን ለግለሰቡ ያንብቡና ይስማሙ እንደሆነ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Read this to the person in a language they understand, then ask.</source>
            <translation>ይህን ግለሰቡ በሚረዱት ቋንቋ ያንብቡላቸው፣ ከዚያ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Read this with your app, then type the code it shows.</source>
            <translation>ይህን በመተግበሪያዎ ያንብቡ፣ ከዚያ የሚያሳየውን ኮድ ይጻፉ።</translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation>እየተነበበ ነው …</translation>
        </message>
        <message>
            <source>Registration</source>
            <translation>ምዝገባ</translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation>ምዝገባው ተጠናቋል</translation>
        </message>
        <message>
            <source>Registration number</source>
            <translation>የምዝገባ ቁጥር</translation>
        </message>
        <message>
            <source>Registration officer</source>
            <translation>የምዝገባ ባለሙያ</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>አስወግድ</translation>
        </message>
        <message>
            <source>Remove this page</source>
            <translation>ይህን ገጽ አስወግድ</translation>
        </message>
        <message>
            <source>Right eye</source>
            <translation>ቀኝ ዓይን</translation>
        </message>
        <message>
            <source>Right hand</source>
            <translation>ቀኝ እጅ</translation>
        </message>
        <message>
            <source>Right index finger</source>
            <translation>የቀኝ አመልካች ጣት</translation>
        </message>
        <message>
            <source>Right little finger</source>
            <translation>የቀኝ ትንሽ ጣት</translation>
        </message>
        <message>
            <source>Right middle finger</source>
            <translation>የቀኝ መካከለኛ ጣት</translation>
        </message>
        <message>
            <source>Right ring finger</source>
            <translation>የቀኝ ቀለበት ጣት</translation>
        </message>
        <message>
            <source>Right thumb</source>
            <translation>የቀኝ አውራ ጣት</translation>
        </message>
        <message>
            <source>Rule {rule} takes something from {source}, which is no step that finds anything.</source>
            <translation>ደንብ {rule} ከ{source} ይወስዳል፤ እሱ ግን ምንም የሚያገኝ ደረጃ አይደለም።</translation>
        </message>
        <message>
            <source>Save a report for support</source>
            <translation>ለድጋፍ ዘገባ አስቀምጥ</translation>
        </message>
        <message>
            <source>Save as PDF …</source>
            <translation>እንደ PDF አስቀምጥ …</translation>
        </message>
        <message>
            <source>Save the slip</source>
            <translation>ደረሰኙን አስቀምጥ</translation>
        </message>
        <message>
            <source>Say why this proof of identity is cancelled.</source>
            <translation>ይህ የማንነት ማረጋገጫ ለምን እንደተሰረዘ ይግለጹ።</translation>
        </message>
        <message>
            <source>Scan</source>
            <translation>ስካን አድርግ</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>እንደገና ስካን አድርግ</translation>
        </message>
        <message>
            <source>Scanning …</source>
            <translation>ስካን እየተደረገ ነው …</translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation>አሽግና ላክ</translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation>{size} kB የሆነ የታሸገ ጥቅል በወጪ ሳጥን አለ።</translation>
        </message>
        <message>
            <source>Sealing the packet and sending it …</source>
            <translation>ጥቅሉ እየታሸገና እየተላከ ነው …</translation>
        </message>
        <message>
            <source>Second language</source>
            <translation>ሁለተኛ ቋንቋ</translation>
        </message>
        <message>
            <source>Seconds between this clock and the server's</source>
            <translation>በዚህ ሰዓትና በአገልጋዩ ሰዓት መካከል ያሉ ሰከንዶች</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>እንደገና ላክ</translation>
        </message>
        <message>
            <source>Send another code</source>
            <translation>ሌላ ኮድ ላክ</translation>
        </message>
        <message>
            <source>Send now</source>
            <translation>አሁን ላክ</translation>
        </message>
        <message>
            <source>Sending abroad</source>
            <translation>ወደ ውጭ አገር መላክ</translation>
        </message>
        <message>
            <source>Sending is paused at this station. The packet is kept and goes when sending is continued.</source>
            <translation>በዚህ ጣቢያ መላክ ለጊዜው ቆሟል። ጥቅሉ ተቀምጧል፤ መላክ ሲቀጥል ይሄዳል።</translation>
        </message>
        <message>
            <source>Sending is paused. {count} packets wait.</source>
            <translation>መላክ ለጊዜው ቆሟል። {count} ጥቅሎች ይጠብቃሉ።</translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation>እየተላከ ነው …</translation>
        </message>
        <message>
            <source>Set up an authenticator</source>
            <translation>ኦተንቲኬተር አዘጋጅ</translation>
        </message>
        <message>
            <source>Set up the station</source>
            <translation>ጣቢያውን አዘጋጅ</translation>
        </message>
        <message>
            <source>Set up this station</source>
            <translation>ይህን ጣቢያ አዘጋጅ</translation>
        </message>
        <message>
            <source>Set up what this station asks for before you go on.</source>
            <translation>ከመቀጠልዎ በፊት ይህ ጣቢያ የሚጠይቀውን ያዘጋጁ።</translation>
        </message>
        <message>
            <source>Set up. Setting it up again replaces it.</source>
            <translation>ተዘጋጅቷል። እንደገና ማዘጋጀት ይተካዋል።</translation>
        </message>
        <message>
            <source>Sharing of details</source>
            <translation>ዝርዝሮችን ማጋራት</translation>
        </message>
        <message>
            <source>Shown so far: {level}</source>
            <translation>እስካሁን የታየው: {level}</translation>
        </message>
        <message>
            <source>Sign</source>
            <translation>ፊርማ</translation>
        </message>
        <message>
            <source>Sign and send</source>
            <translation>ፈርምና ላክ</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>ግባ</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>ውጣ</translation>
        </message>
        <message>
            <source>Signed and kept. It can be sealed once this station has reached the server for the first time; until then it waits on the desk.</source>
            <translation>ተፈርሞ ተቀምጧል። ይህ ጣቢያ ለመጀመሪያ ጊዜ ከአገልጋዩ ሲገናኝ ሊታሸግ ይችላል፤ እስከዚያ በዴስኩ ይጠብቃል።</translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation>እየተፈረመ ነው …</translation>
        </message>
        <message>
            <source>Sit a little higher.</source>
            <translation>ትንሽ ከፍ ብለው ይቀመጡ።</translation>
        </message>
        <message>
            <source>Sit a little lower.</source>
            <translation>ትንሽ ዝቅ ብለው ይቀመጡ።</translation>
        </message>
        <message>
            <source>Size: about {now} MB of {limit} MB that can be sent.</source>
            <translation>መጠን: ሊላክ ከሚችለው {limit} MB ውስጥ {now} MB ያህል።</translation>
        </message>
        <message>
            <source>Size: {now} MB so far, about {expected} MB with all that is to come, of {limit} MB that can be sent.</source>
            <translation>መጠን: እስካሁን {now} MB፣ ከሚመጣው ሁሉ ጋር {expected} MB ያህል፣ ሊላክ ከሚችለው {limit} MB ውስጥ።</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>ደረሰኝ</translation>
        </message>
        <message>
            <source>Some documents cannot be read here: scan them.</source>
            <translation>አንዳንድ ሰነዶች እዚህ ሊነበቡ አይችሉም: ስካን ያድርጓቸው።</translation>
        </message>
        <message>
            <source>Some of those who confirm it are in another country.</source>
            <translation>ይህን ከሚያረጋግጡት አንዳንዶቹ በሌላ አገር ናቸው።</translation>
        </message>
        <message>
            <source>Somebody else signs in</source>
            <translation>ሌላ ሰው ይግባ</translation>
        </message>
        <message>
            <source>Somebody else went on with this proof of identity: it is at {actual}, not at {expected}.</source>
            <translation>ሌላ ሰው በዚህ የማንነት ማረጋገጫ ቀጥሏል: በ{actual} ላይ ነው፣ በ{expected} ላይ አይደለም።</translation>
        </message>
        <message>
            <source>Somebody may help to hold the hand</source>
            <translation>ሌላ ሰው እጁን ለመያዝ ሊረዳ ይችላል</translation>
        </message>
        <message>
            <source>Somebody new</source>
            <translation>አዲስ ሰው</translation>
        </message>
        <message>
            <source>Somebody of that user name works here already. Choose another name.</source>
            <translation>በዚህ የተጠቃሚ ስም የሚሠራ ሰው እዚህ አለ። ሌላ ስም ይምረጡ።</translation>
        </message>
        <message>
            <source>Somebody outside answers. The answer comes by itself.</source>
            <translation>ከውጭ ያለ ሰው ይመልሳል። መልሱ በራሱ ይመጣል።</translation>
        </message>
        <message>
            <source>Somebody vouches for the person</source>
            <translation>ሌላ ሰው ስለ ግለሰቡ ዋስትና ይሰጣል</translation>
        </message>
        <message>
            <source>Something covers the document. Take your hand away from it.</source>
            <translation>ሰነዱን የሸፈነ ነገር አለ። እጅዎን ከእሱ ያንሱ።</translation>
        </message>
        <message>
            <source>Something else happened to the step {node} meanwhile. Look at it again before you go on.</source>
            <translation>እስከዚያው በደረጃ {node} ላይ ሌላ ነገር ተከስቷል። ከመቀጠልዎ በፊት እንደገና ይመልከቱት።</translation>
        </message>
        <message>
            <source>Something is mirrored in the eye. Take glasses off, and turn away from windows.</source>
            <translation>በዓይኑ የሚያንጸባርቅ ነገር አለ። መነጽር ያውልቁ፣ ከመስኮቶችም ዞር ይበሉ።</translation>
        </message>
        <message>
            <source>Something is missing in this form.</source>
            <translation>በዚህ ቅጽ የጎደለ ነገር አለ።</translation>
        </message>
        <message>
            <source>Something is missing or not right: see the fields with a red frame.</source>
            <translation>የጎደለ ወይም ትክክል ያልሆነ ነገር አለ: ቀይ ፍሬም ያላቸውን መስኮች ይመልከቱ።</translation>
        </message>
        <message>
            <source>Something is still missing. Go back to the step that is not ticked.</source>
            <translation>ገና የጎደለ ነገር አለ። ምልክት ወደሌለው ደረጃ ይመለሱ።</translation>
        </message>
        <message>
            <source>Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell your supervisor if it stays.</source>
            <translation>በፕሮግራሙ ውስጥ ስህተት ተፈጥሯል ({kind})። ቀደም ሲል የተረጋገጠው ተቀምጧል፤ እንደገና ይሞክሩ፣ ከቀጠለም ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation>አዲስ ምዝገባ ጀምር</translation>
        </message>
        <message>
            <source>State: {state}</source>
            <translation>ሁኔታ: {state}</translation>
        </message>
        <message>
            <source>Station</source>
            <translation>ጣቢያ</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>አቁም</translation>
        </message>
        <message>
            <source>Stored faces are damaged and were not compared ({count}). Whether this person was here before is not sure.</source>
            <translation>የተቀመጡ ፊቶች ተበላሽተዋል፤ አልተነጻጸሩም ({count})። ይህ ሰው ከዚህ በፊት እዚህ ነበሩ ወይ የሚለው እርግጠኛ አይደለም።</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>ተቆጣጣሪ</translation>
        </message>
        <message>
            <source>Take another picture</source>
            <translation>ሌላ ምስል ውሰድ</translation>
        </message>
        <message>
            <source>Take any</source>
            <translation>ማንኛውንም ውሰድ</translation>
        </message>
        <message>
            <source>Take one picture of the face together with what cannot be captured: {missing}.</source>
            <translation>ፊቱን ሊቀረጽ ከማይችለው ጋር በአንድ ምስል ይውሰዱ: {missing}።</translation>
        </message>
        <message>
            <source>Take the picture</source>
            <translation>ምስሉን ውሰድ</translation>
        </message>
        <message>
            <source>Take the picture when everything is to be seen.</source>
            <translation>ሁሉም ሲታይ ምስሉን ይውሰዱ።</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>ሞክር</translation>
        </message>
        <message>
            <source>Test {name}</source>
            <translation>{name}ን ሞክር</translation>
        </message>
        <message>
            <source>That was not it. The code of the authenticator</source>
            <translation>ያ ትክክል አልነበረም። የኦተንቲኬተሩ ኮድ</translation>
        </message>
        <message>
            <source>That was not it. The code sent to {where}</source>
            <translation>ያ ትክክል አልነበረም። ወደ {where} የተላከው ኮድ</translation>
        </message>
        <message>
            <source>The ID schema cannot be read. Ask your administrator.</source>
            <translation>የመታወቂያ ስኬማው ሊነበብ አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The ID schema gives the field {field} the category kyc. A server finds no documents and no biometrics there. Ask your administrator.</source>
            <translation>የመታወቂያ ስኬማው ለመስክ {field} kyc የሚል ምድብ ይሰጣል። አገልጋይ እዚያ ሰነዶችንም ባዮሜትሪክንም አያገኝም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The ID schema sends a field to a part of the packet that does not exist.</source>
            <translation>የመታወቂያ ስኬማው አንድን መስክ ወደሌለ የጥቅሉ ክፍል ይልካል።</translation>
        </message>
        <message>
            <source>The JPEG 2000 picture is cut off or damaged.</source>
            <translation>የJPEG 2000 ምስሉ ተቆርጧል ወይም ተበላሽቷል።</translation>
        </message>
        <message>
            <source>The PDF holds no pages this program can read. Scan the document instead.</source>
            <translation>PDFው ይህ ፕሮግራም የሚያነባቸው ገጾች የሉትም። በምትኩ ሰነዱን ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The WSQ picture is cut off or damaged, at byte {offset}.</source>
            <translation>የWSQ ምስሉ ተቆርጧል ወይም ተበላሽቷል፣ በባይት {offset}።</translation>
        </message>
        <message>
            <source>The WSQ picture is larger than any fingerprint reader makes.</source>
            <translation>የWSQ ምስሉ ማንኛውም የጣት አሻራ አንባቢ ከሚሠራው ይበልጣል።</translation>
        </message>
        <message>
            <source>The address of the service that proves identities is not secure (https), so it was not asked. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት አድራሻ ደህንነቱ የተጠበቀ (https) ስላልሆነ አልተጠየቀም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The answer cannot be written. Perhaps the disk is full.</source>
            <translation>መልሱ ሊጻፍ አይችልም። ምናልባት ዲስኩ ሞልቷል።</translation>
        </message>
        <message>
            <source>The answer for the step {node} came too late. Begin this step again.</source>
            <translation>ለደረጃ {node} የመጣው መልስ ዘግይቷል። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The answer in the browser is from another identity provider than the one that was asked.</source>
            <translation>በአሳሹ ያለው መልስ ከተጠየቀው ሌላ የማንነት አቅራቢ ነው።</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities cannot be read. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት መልስ ሊነበብ አይችልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities was too long and was not read. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት መልስ በጣም ረጅም ስለነበር አልተነበበም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The answer of the {kind} lacks what is needed ({part}). Tell support.</source>
            <translation>የ{kind} መልስ የሚያስፈልገው ነገር ይጎድለዋል ({part})። ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The app is on this computer</source>
            <translation>መተግበሪያው በዚህ ኮምፒውተር ላይ ነው</translation>
        </message>
        <message>
            <source>The attempts are used up. Keep the best there is, or try once more.</source>
            <translation>ሙከራዎቹ አልቀዋል። ካለው የተሻለውን ያስቀምጡ፣ ወይም አንድ ጊዜ ደግመው ይሞክሩ።</translation>
        </message>
        <message>
            <source>The audit records in the packet are not a list of names with texts.</source>
            <translation>በጥቅሉ ያሉ የኦዲት መዝገቦች የስሞችና የጽሑፎች ዝርዝር አይደሉም።</translation>
        </message>
        <message>
            <source>The background is not plain. Put a plain screen behind the person.</source>
            <translation>ዳራው ነጣ ያለ አይደለም። ከግለሰቡ በስተኋላ ነጣ ያለ መጋረጃ ያድርጉ።</translation>
        </message>
        <message>
            <source>The biometric file has a part that does not belong there, stands in the wrong order or stands twice.</source>
            <translation>የባዮሜትሪክ ፋይሉ የማይገባው፣ በተሳሳተ ቅደም ተከተል ያለ ወይም ሁለት ጊዜ ያለ ክፍል አለው።</translation>
        </message>
        <message>
            <source>The biometric file has samples inside samples, too deep to be followed.</source>
            <translation>የባዮሜትሪክ ፋይሉ ናሙናዎችን በናሙናዎች ውስጥ ይዟል፤ ለመከታተል በጣም ጥልቅ ነው።</translation>
        </message>
        <message>
            <source>The biometric file has text where only parts may stand.</source>
            <translation>የባዮሜትሪክ ፋይሉ ክፍሎች ብቻ ሊኖሩ በሚገባበት ጽሑፍ አለው።</translation>
        </message>
        <message>
            <source>The biometric file holds more samples than any registration has.</source>
            <translation>የባዮሜትሪክ ፋይሉ ከማንኛውም ምዝገባ የበለጡ ናሙናዎችን ይዟል።</translation>
        </message>
        <message>
            <source>The biometric file is not readable XML.</source>
            <translation>የባዮሜትሪክ ፋይሉ የሚነበብ XML አይደለም።</translation>
        </message>
        <message>
            <source>The biometric file lacks a part its schema demands.</source>
            <translation>የባዮሜትሪክ ፋይሉ ስኬማው የሚጠይቀው ክፍል ይጎድለዋል።</translation>
        </message>
        <message>
            <source>The biometric file lacks a part that every record must have.</source>
            <translation>የባዮሜትሪክ ፋይሉ እያንዳንዱ መዝገብ ሊኖረው የሚገባ ክፍል ይጎድለዋል።</translation>
        </message>
        <message>
            <source>The biometric file uses a word that its schema does not know.</source>
            <translation>የባዮሜትሪክ ፋይሉ ስኬማው የማያውቀውን ቃል ይጠቀማል።</translation>
        </message>
        <message>
            <source>The built-in receiver did not start. Packets stay in the outbox.</source>
            <translation>አብሮ የተሠራው መቀበያ አልጀመረም። ጥቅሎች በወጪ ሳጥን ይቆያሉ።</translation>
        </message>
        <message>
            <source>The camera is starting …</source>
            <translation>ካሜራው እየጀመረ ነው …</translation>
        </message>
        <message>
            <source>The camera sees nothing but black. Open its cover, switch on the light and try again.</source>
            <translation>ለካሜራው ከጥቁር በስተቀር ምንም አይታየውም። ሽፋኑን ይክፈቱ፣ መብራት ያብሩና እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The camera sends pictures in a form this program cannot read. Use another camera.</source>
            <translation>ካሜራው ይህ ፕሮግራም ሊያነበው በማይችል መልክ ምስሎችን ይልካል። ሌላ ካሜራ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The camera stopped sending pictures. Check its power and its cable, then try again.</source>
            <translation>ካሜራው ምስሎችን መላክ አቁሟል። ኃይሉንና ገመዱን ያረጋግጡ፣ ከዚያ ይሞክሩ።</translation>
        </message>
        <message>
            <source>The capture technology in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የቀረጻ ቴክኖሎጂ በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The captures of the {kind} do not follow each other without a gap. Begin with this device again.</source>
            <translation>የ{kind} ቀረጻዎች ያለ ክፍተት አይከታተሉም። በዚህ መሣሪያ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The centre does not accept this station's questions to wallets. Tell your administrator.</source>
            <translation>ማዕከሉ ይህ ጣቢያ ለዋሌቶች የሚያቀርበውን ጥያቄ አይቀበልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The centre does not know the question to the wallet any more. Begin this step again.</source>
            <translation>ማዕከሉ ለዋሌቱ የቀረበውን ጥያቄ ከእንግዲህ አያውቀውም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The certificate by which wallets know this station has expired, or does not count yet. Check this computer's clock, then tell your administrator.</source>
            <translation>ዋሌቶች ይህን ጣቢያ የሚያውቁበት ሰርተፍኬት ጊዜው አልፏል ወይም ገና አይሠራም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ከዚያ ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The certificate is not valid at this time. Check this computer's clock first.</source>
            <translation>ሰርተፍኬቱ በዚህ ጊዜ የጸና አይደለም። መጀመሪያ የዚህን ኮምፒውተር ሰዓት ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The certificate of the authority that issued the document is not valid at this time.</source>
            <translation>ሰነዱን ያወጣው ባለሥልጣን ሰርተፍኬት በዚህ ጊዜ የጸና አይደለም።</translation>
        </message>
        <message>
            <source>The certificate of the {kind} ends in {days} days. Have it renewed before.</source>
            <translation>የ{kind} ሰርተፍኬት በ{days} ቀናት ያበቃል። ከዚያ በፊት ያሳድሱት።</translation>
        </message>
        <message>
            <source>The certificate of the {kind} has expired. Connect it to its maker's server, or use another device.</source>
            <translation>የ{kind} ሰርተፍኬት ጊዜው አልፏል። ከአምራቹ አገልጋይ ጋር ያገናኙት፣ ወይም ሌላ መሣሪያ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The certificate of the {kind} is not valid yet. Check the date and time of this computer.</source>
            <translation>የ{kind} ሰርተፍኬት ገና አልጸናም። የዚህን ኮምፒውተር ቀንና ሰዓት ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not one for signing documents. Nothing shows that the chip is genuine.</source>
            <translation>ቺፑን የፈረመው አካል ሰርተፍኬት ሰነዶችን ለመፈረም አይደለም። ቺፑ እውነተኛ መሆኑን የሚያሳይ የለም።</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not valid at this time.</source>
            <translation>ቺፑን የፈረመው አካል ሰርተፍኬት በዚህ ጊዜ የጸና አይደለም።</translation>
        </message>
        <message>
            <source>The certificate the server signs with cannot be used. Check this computer's clock, then tell your administrator.</source>
            <translation>አገልጋዩ የሚፈርምበት ሰርተፍኬት ሊሠራበት አይችልም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ከዚያ ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The check digits of the lines on the chip are wrong. No issuer writes such lines.</source>
            <translation>በቺፑ ያሉ መስመሮች የማረጋገጫ አሃዞች የተሳሳቱ ናቸው። እንዲህ ያሉ መስመሮችን የሚጽፍ አውጪ የለም።</translation>
        </message>
        <message>
            <source>The chip could not show that it is the one its issuer made: it is a copy. Keep the document apart and tell your supervisor.</source>
            <translation>ቺፑ አውጪው የሠራው መሆኑን ሊያሳይ አልቻለም: ቅጂ ነው። ሰነዱን ለብቻው አስቀምጠው ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The chip does not open with this. Check the document number and the dates of birth and expiry, or the six digits.</source>
            <translation>ቺፑ በዚህ አይከፈትም። የሰነዱን ቁጥርና የልደትና የማብቂያ ቀኖችን ወይም ስድስቱን አሃዞች ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The chip does not say who signed it. Its signature cannot be checked.</source>
            <translation>ቺፑ ማን እንደፈረመው አይገልጽም። ፊርማው ሊረጋገጥ አይችልም።</translation>
        </message>
        <message>
            <source>The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again and start again.</source>
            <translation>ቺፑ ሊሠራበት የማይችል መልስ ሰጠ ({status})። ሰነዱን ከአንባቢው ያንሱ፣ እንደገና አስቀምጠው ይጀምሩ።</translation>
        </message>
        <message>
            <source>The chip holds no portrait that can be shown. Compare with the printed one.</source>
            <translation>ቺፑ ሊታይ የሚችል ፎቶ የለውም። ከታተመው ጋር ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>The chip holds no signature of its issuer that can be read.</source>
            <translation>ቺፑ ሊነበብ የሚችል የአውጪ ፊርማ የለውም።</translation>
        </message>
        <message>
            <source>The chip is signed in a way that this program does not know. It cannot be checked.</source>
            <translation>ቺፑ ይህ ፕሮግራም በማያውቀው መንገድ ተፈርሟል። ሊረጋገጥ አይችልም።</translation>
        </message>
        <message>
            <source>The chip is signed in an old way (SHA-1) that is no longer strong.</source>
            <translation>ቺፑ ከእንግዲህ ጠንካራ ባልሆነ የድሮ መንገድ (SHA-1) ተፈርሟል።</translation>
        </message>
        <message>
            <source>The chip names a key that no honest chip has. Do not trust this document's chip.</source>
            <translation>ቺፑ ማንኛውም ታማኝ ቺፕ የማይኖረውን ቁልፍ ይጠቅሳል። የዚህን ሰነድ ቺፕ አይመኑ።</translation>
        </message>
        <message>
            <source>The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again.</source>
            <translation>የ{kind} ሰዓት በ{minutes} ደቂቃ ይለያል። እሱን ወይም የዚህን ኮምፒውተር ሰዓት አስተካክለው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The code is wrong or was used already. Wait for the next one; check this computer's clock.</source>
            <translation>ኮዱ የተሳሳተ ወይም ቀድሞ ጥቅም ላይ የዋለ ነው። ቀጣዩን ይጠብቁ፤ የዚህን ኮምፒውተር ሰዓት ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The code of the authenticator</source>
            <translation>የኦተንቲኬተሩ ኮድ</translation>
        </message>
        <message>
            <source>The code sent to {where}</source>
            <translation>ወደ {where} የተላከው ኮድ</translation>
        </message>
        <message>
            <source>The code was sent as often as is allowed. Take another way.</source>
            <translation>ኮዱ የተፈቀደውን ያህል ጊዜ ተልኳል። ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>The code was typed too late. Have another one sent.</source>
            <translation>ኮዱ ዘግይቶ ተጻፈ። ሌላ እንዲላክ ያድርጉ።</translation>
        </message>
        <message>
            <source>The code was wrong too often and counts no more. Have another one sent.</source>
            <translation>ኮዱ ብዙ ጊዜ ስለተሳሳተ ከእንግዲህ አይሠራም። ሌላ እንዲላክ ያድርጉ።</translation>
        </message>
        <message>
            <source>The colour of the skin is not natural. Change the light, or the camera's white balance.</source>
            <translation>የቆዳው ቀለም ተፈጥሯዊ አይደለም። ብርሃኑን ወይም የካሜራውን የነጭ ሚዛን ይቀይሩ።</translation>
        </message>
        <message>
            <source>The content of this registration was destroyed after it was delivered or given up.</source>
            <translation>የዚህ ምዝገባ ይዘት ከደረሰ ወይም ከተተወ በኋላ ተደምስሷል።</translation>
        </message>
        <message>
            <source>The credential that the wallet showed cannot be read.</source>
            <translation>ዋሌቱ ያሳየው ማስረጃ ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>The credential that the wallet showed does not prove enough for this purpose.</source>
            <translation>ዋሌቱ ያሳየው ማስረጃ ለዚህ ዓላማ በቂ አያረጋግጥም።</translation>
        </message>
        <message>
            <source>The credential that the wallet showed has expired, or does not count yet.</source>
            <translation>ዋሌቱ ያሳየው ማስረጃ ጊዜው አልፏል ወይም ገና አይሠራም።</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is from an issuer whom this deployment does not trust.</source>
            <translation>ዋሌቱ ያሳየው ማስረጃ እዚህ እምነት ከማይጣልበት አውጪ ነው።</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is not signed by its issuer, or was changed.</source>
            <translation>ዋሌቱ ያሳየው ማስረጃ በአውጪው አልተፈረመም፣ ወይም ተቀይሯል።</translation>
        </message>
        <message>
            <source>The date of capture in the record is a day that does not exist.</source>
            <translation>በመዝገቡ ያለው የቀረጻ ቀን የሌለ ቀን ነው።</translation>
        </message>
        <message>
            <source>The demo stopped: a device or a check said no at the step {step}.</source>
            <translation>ማሳያው ቆሟል: በደረጃ {step} መሣሪያ ወይም ፍተሻ አይሆንም ብሏል።</translation>
        </message>
        <message>
            <source>The device for this step is not connected: {device}.</source>
            <translation>ለዚህ ደረጃ የሚያስፈልገው መሣሪያ አልተገናኘም: {device}።</translation>
        </message>
        <message>
            <source>The device saw another hand or eye than the one asked for. Place the right one.</source>
            <translation>መሣሪያው ከተጠየቀው ሌላ እጅ ወይም ዓይን አይቷል። ትክክለኛውን ያስቀምጡ።</translation>
        </message>
        <message>
            <source>The device service answered something that cannot be read ({part}). Restart it and tell support.</source>
            <translation>የመሣሪያ አገልግሎቱ ሊነበብ የማይችል መልስ ሰጠ ({part})። እንደገና ያስጀምሩትና ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The device's signature of a sample in the biometric file does not match the sample.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ የመሣሪያው ፊርማ ከናሙናው ጋር አይመሳሰልም።</translation>
        </message>
        <message>
            <source>The disk is full. Free some space and try again; everything entered so far is kept.</source>
            <translation>ዲስኩ ሞልቷል። ቦታ ለቀው እንደገና ይሞክሩ፤ እስካሁን የገባው ሁሉ ተቀምጧል።</translation>
        </message>
        <message>
            <source>The document could not be judged. Lay it flat and straight, and scan it again.</source>
            <translation>ሰነዱ ሊመዘን አልቻለም። ዘርግተውና ቀጥ አድርገው አስቀምጠው እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>The document does not say everything that this proof needs. Take another document.</source>
            <translation>ሰነዱ ይህ ማረጋገጫ የሚፈልገውን ሁሉ አይገልጽም። ሌላ ሰነድ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The document has no chip that can be read.</source>
            <translation>ሰነዱ ሊነበብ የሚችል ቺፕ የለውም።</translation>
        </message>
        <message>
            <source>The document has no such page.</source>
            <translation>ሰነዱ እንዲህ ያለ ገጽ የለውም።</translation>
        </message>
        <message>
            <source>The document is cut off at the edge of the picture. Take all of it.</source>
            <translation>ሰነዱ በምስሉ ጠርዝ ተቆርጧል። ሙሉውን ይውሰዱ።</translation>
        </message>
        <message>
            <source>The document is signed in a way that this program does not know.</source>
            <translation>ሰነዱ ይህ ፕሮግራም በማያውቀው መንገድ ተፈርሟል።</translation>
        </message>
        <message>
            <source>The document is small in the picture. Go nearer to it.</source>
            <translation>ሰነዱ በምስሉ ትንሽ ነው። ወደ እሱ ቀረብ ይበሉ።</translation>
        </message>
        <message>
            <source>The document is turned: its back lies on the scanner.</source>
            <translation>ሰነዱ ተገልብጧል: ጀርባው በስካነሩ ላይ ነው።</translation>
        </message>
        <message>
            <source>The document lies on the chip reader.</source>
            <translation>ሰነዱ በቺፕ አንባቢው ላይ ነው።</translation>
        </message>
        <message>
            <source>The document was moved while its chip was being read. Lay it on the reader and leave it there until it is read.</source>
            <translation>ቺፑ እየተነበበ ሳለ ሰነዱ ተንቀሳቅሷል። በአንባቢው ላይ አስቀምጠው እስኪነበብ ይተዉት።</translation>
        </message>
        <message>
            <source>The document {field} has a format whose name cannot be used. Scan it again.</source>
            <translation>የሰነድ {field} ቅርጸት ስሙ ሊሠራበት አይችልም። እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>The document {field} has no content. Scan it again.</source>
            <translation>ሰነድ {field} ይዘት የለውም። እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>The document {field} would be stored under the name of another file of the packet. Ask your administrator.</source>
            <translation>ሰነድ {field} በሌላ የጥቅሉ ፋይል ስም ይቀመጥ ነበር። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The drive cannot be read. Plug it in again, or hand over on another one.</source>
            <translation>ድራይቩ ሊነበብ አይችልም። እንደገና ይሰኩት፣ ወይም በሌላ ያስረክቡ።</translation>
        </message>
        <message>
            <source>The driver of the {kind} answered nonsense and is started anew. Try again in a moment.</source>
            <translation>የ{kind} ድራይቨር ትርጉም የሌለው መልስ ሰጥቷል፤ እንደ አዲስ እየተጀመረ ነው። ከአፍታ በኋላ ይሞክሩ።</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off and is started anew. Try again in a moment.</source>
            <translation>የ{kind} ድራይቨር ተቋርጧል፤ እንደ አዲስ እየተጀመረ ነው። ከአፍታ በኋላ ይሞክሩ።</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off several times. It is started again in {seconds} s; meanwhile unplug the {kind} and plug it in again.</source>
            <translation>የ{kind} ድራይቨር ብዙ ጊዜ ተቋርጧል። ከ{seconds} ሰከንድ በኋላ እንደገና ይጀምራል፤ እስከዚያው {kind}ን ነቅለው ይሰኩት።</translation>
        </message>
        <message>
            <source>The driver of the {kind} cannot be started. Ask your administrator.</source>
            <translation>የ{kind} ድራይቨር ሊጀመር አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The driver of the {kind} does not answer any more and is started anew. Try again in a moment.</source>
            <translation>የ{kind} ድራይቨር ከእንግዲህ አይመልስም፤ እንደ አዲስ እየተጀመረ ነው። ከአፍታ በኋላ ይሞክሩ።</translation>
        </message>
        <message>
            <source>The driver of the {kind} hangs and cannot be ended. Unplug the {kind}; if that does not help, restart the computer.</source>
            <translation>የ{kind} ድራይቨር ተንጠልጥሏል፤ ሊዘጋ አይችልም። {kind}ን ይንቀሉ፤ ካልረዳ ኮምፒውተሩን እንደገና ያስጀምሩ።</translation>
        </message>
        <message>
            <source>The encrypted file was changed after it was written. Do not use it.</source>
            <translation>የተመሰጠረው ፋይል ከተጻፈ በኋላ ተቀይሯል። አይጠቀሙበት።</translation>
        </message>
        <message>
            <source>The enrollment cannot be read: {part} is missing or has a wrong form.</source>
            <translation>ምዝገባው ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The eye colour in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የዓይን ቀለም በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The eye is closed. Open the eyes wide and do not blink.</source>
            <translation>ዓይኑ ተጨፍኗል። ዓይኖችን በሰፊው ይክፈቱ፣ አያርገብግቡ።</translation>
        </message>
        <message>
            <source>The eye is not sharp. Move slowly forward or back, then hold still.</source>
            <translation>ዓይኑ ጥርት ብሎ አይታይም። በዝግታ ወደ ፊት ወይም ወደ ኋላ ይበሉ፣ ከዚያ ሳይንቀሳቀሱ ይቆዩ።</translation>
        </message>
        <message>
            <source>The eye is poorly lit. Shade it from the sun, and clean the device's glass.</source>
            <translation>ዓይኑ በቂ ብርሃን የለውም። ከፀሐይ ይከልሉት፣ የመሣሪያውንም መስታወት ያጽዱ።</translation>
        </message>
        <message>
            <source>The eye is too close. Move back a little.</source>
            <translation>ዓይኑ በጣም ቅርብ ነው። ትንሽ ወደ ኋላ ይበሉ።</translation>
        </message>
        <message>
            <source>The eye is too far away. Come closer, slowly.</source>
            <translation>ዓይኑ በጣም ሩቅ ነው። በዝግታ ቀረብ ይበሉ።</translation>
        </message>
        <message>
            <source>The eye lies at the edge of the picture. Move to the middle.</source>
            <translation>ዓይኑ በምስሉ ጠርዝ ላይ ነው። ወደ መካከል ይምጡ።</translation>
        </message>
        <message>
            <source>The eye looks aside. Look straight into the device.</source>
            <translation>ዓይኑ ወደ ጎን ይመለከታል። ቀጥታ ወደ መሣሪያው ይመልከቱ።</translation>
        </message>
        <message>
            <source>The eye or the device moved. Hold still.</source>
            <translation>ዓይኑ ወይም መሣሪያው ተንቀሳቅሷል። ሳይንቀሳቀሱ ይቆዩ።</translation>
        </message>
        <message>
            <source>The face and the hand or eye concerned in one picture</source>
            <translation>ፊቱና የሚመለከተው እጅ ወይም ዓይን በአንድ ምስል</translation>
        </message>
        <message>
            <source>The face cannot be seen well. Take away what covers it, and face the camera.</source>
            <translation>ፊቱ በደንብ አይታይም። የሚሸፍነውን አንስተው ወደ ካሜራው ይዙሩ።</translation>
        </message>
        <message>
            <source>The face could not be judged. Ask the person to look into the camera again, in good light.</source>
            <translation>ፊቱ ሊመዘን አልቻለም። ግለሰቡ በጥሩ ብርሃን እንደገና ወደ ካሜራው እንዲመለከቱ ይጠይቁ።</translation>
        </message>
        <message>
            <source>The face gives nothing to search for. Take the picture again in better light.</source>
            <translation>ፊቱ ለፍለጋ የሚሆን ነገር የለውም። በተሻለ ብርሃን ምስሉን እንደገና ይውሰዱ።</translation>
        </message>
        <message>
            <source>The face has too little contrast. Clean the lens, or change the light.</source>
            <translation>ፊቱ በጣም ዝቅተኛ ንፅፅር አለው። ሌንሱን ያጽዱ፣ ወይም ብርሃኑን ይቀይሩ።</translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation>ፊቱ ተቆርጧል። ወደ ምስሉ መካከል ይምጡ።</translation>
        </message>
        <message>
            <source>The face is good. Take the picture.</source>
            <translation>ፊቱ ጥሩ ነው። ምስሉን ይውሰዱ።</translation>
        </message>
        <message>
            <source>The face is like that of an operator of this station. Compare: it may be the same person.</source>
            <translation>ፊቱ ከዚህ ጣቢያ ሠራተኛ ጋር ይመሳሰላል። ያነጻጽሩ: ተመሳሳይ ሰው ሊሆን ይችላል።</translation>
        </message>
        <message>
            <source>The face is not sharp enough to judge this.</source>
            <translation>ይህን ለመመዘን ፊቱ በቂ ጥርት የለውም።</translation>
        </message>
        <message>
            <source>The face is not sharp. Hold still.</source>
            <translation>ፊቱ ጥርት ብሎ አይታይም። ሳይንቀሳቀሱ ይቆዩ።</translation>
        </message>
        <message>
            <source>The face is too bright. Less light on the face.</source>
            <translation>ፊቱ ላይ ብርሃን በዝቷል። በፊቱ ላይ ብርሃን ይቀንሱ።</translation>
        </message>
        <message>
            <source>The face is too dark. More light on the face.</source>
            <translation>ፊቱ በጣም ጨልሟል። በፊቱ ላይ ብርሃን ይጨምሩ።</translation>
        </message>
        <message>
            <source>The face is too far away. Come closer to the camera.</source>
            <translation>ፊቱ በጣም ሩቅ ነው። ወደ ካሜራው ቀረብ ይበሉ።</translation>
        </message>
        <message>
            <source>The face recognition pack may have one network that finds faces. Found: {count}.</source>
            <translation>የፊት መለያ ጥቅሉ ፊቶችን የሚያገኝ አንድ ሞዴል ብቻ ሊኖረው ይችላል። የተገኙ: {count}።</translation>
        </message>
        <message>
            <source>The face recognition pack needs a file calibration.toml with the threshold of its own network.</source>
            <translation>የፊት መለያ ጥቅሉ የራሱን ሞዴል ገደብ የያዘ calibration.toml ፋይል ያስፈልገዋል።</translation>
        </message>
        <message>
            <source>The face recognition pack needs exactly one recognition network. Found: {count}.</source>
            <translation>የፊት መለያ ጥቅሉ በትክክል አንድ የመለያ ሞዴል ያስፈልገዋል። የተገኙ: {count}።</translation>
        </message>
        <message>
            <source>The face was not recognised. Try again, or use your password.</source>
            <translation>ፊቱ አልታወቀም። እንደገና ይሞክሩ፣ ወይም የይለፍ ቃልዎን ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The face was not searched for, for a reason this version does not know.</source>
            <translation>ይህ ስሪት በማያውቀው ምክንያት ፊቱ አልተፈለገም።</translation>
        </message>
        <message>
            <source>The face was taken on the officer's word: a supervisor has to confirm it.</source>
            <translation>ፊቱ በባለሙያው ቃል ተወስዷል: ተቆጣጣሪ ማረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>The face, fingers or eyes were taken more than {minutes} minutes ago; the server takes no older ones. Take them again.</source>
            <translation>ፊቱ፣ ጣቶቹ ወይም ዓይኖቹ ከ{minutes} ደቂቃ በፊት ተወስደዋል፤ አገልጋዩ ከዚያ የቆየ አይቀበልም። እንደገና ይውሰዷቸው።</translation>
        </message>
        <message>
            <source>The faces cannot be written into the folder {folder}.</source>
            <translation>ፊቶቹ ወደ አቃፊ {folder} ሊጻፉ አይችሉም።</translation>
        </message>
        <message>
            <source>The fastest speed of sending is a number of kilobytes a second, or 0 for none.</source>
            <translation>ከፍተኛው የመላኪያ ፍጥነት በሰከንድ የኪሎባይት ቁጥር ነው፣ ወይም ገደብ ከሌለ 0።</translation>
        </message>
        <message>
            <source>The field {field} has a form that no ID schema knows.</source>
            <translation>መስክ {field} የትኛውም የመታወቂያ ስኬማ የማያውቀው ቅርጽ አለው።</translation>
        </message>
        <message>
            <source>The field {field} has no text. Fill it in or leave it out.</source>
            <translation>መስክ {field} ጽሑፍ የለውም። ይሙሉት ወይም ይተዉት።</translation>
        </message>
        <message>
            <source>The field {field} holds another kind of value than its ID schema says.</source>
            <translation>መስክ {field} የመታወቂያ ስኬማው ከሚለው ሌላ ዓይነት ዋጋ ይዟል።</translation>
        </message>
        <message>
            <source>The field {field} is filled in by the program. Leave it out.</source>
            <translation>መስክ {field} በፕሮግራሙ ይሞላል። ይተዉት።</translation>
        </message>
        <message>
            <source>The field {field} is not written the way the ID schema asks for. Correct it.</source>
            <translation>መስክ {field} የመታወቂያ ስኬማው በሚጠይቀው መንገድ አልተጻፈም። ያርሙት።</translation>
        </message>
        <message>
            <source>The file cannot be read: {file}.</source>
            <translation>ፋይሉ ሊነበብ አይችልም: {file}።</translation>
        </message>
        <message>
            <source>The file cannot be written: {file}.</source>
            <translation>ፋይሉ ሊጻፍ አይችልም: {file}።</translation>
        </message>
        <message>
            <source>The file holds several pages or pictures. Choose one that holds a single page.</source>
            <translation>ፋይሉ ብዙ ገጾች ወይም ምስሎች ይዟል። አንድ ገጽ የያዘ ይምረጡ።</translation>
        </message>
        <message>
            <source>The file is empty. Choose another one, or scan the page again.</source>
            <translation>ፋይሉ ባዶ ነው። ሌላ ይምረጡ፣ ወይም ገጹን እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The file is not a picture this program can read.</source>
            <translation>ፋይሉ ይህ ፕሮግራም የሚያነበው ምስል አይደለም።</translation>
        </message>
        <message>
            <source>The file is not an encrypted packet.</source>
            <translation>ፋይሉ የተመሰጠረ ጥቅል አይደለም።</translation>
        </message>
        <message>
            <source>The file is sealed for another server key. The SHA-256 of that key's certificate begins with {thumbprint}.</source>
            <translation>ፋይሉ ለሌላ የአገልጋይ ቁልፍ ታሽጓል። የዚያ ቁልፍ ሰርተፍኬት SHA-256 በ{thumbprint} ይጀምራል።</translation>
        </message>
        <message>
            <source>The file is too large: {file}. At most {limit} MB are read.</source>
            <translation>ፋይሉ በጣም ትልቅ ነው: {file}። ቢበዛ {limit} MB ይነበባል።</translation>
        </message>
        <message>
            <source>The file is too short to be an encrypted packet: it ends at byte {offset}.</source>
            <translation>ፋይሉ የተመሰጠረ ጥቅል ለመሆን በጣም አጭር ነው: በባይት {offset} ያበቃል።</translation>
        </message>
        <message>
            <source>The file registration.json cannot be understood; the part in question: {part}.</source>
            <translation>registration.json የሚለው ፋይል ሊረዳ አይችልም፤ ጥያቄ ያስነሳው ክፍል: {part}።</translation>
        </message>
        <message>
            <source>The file registration.json has a key that means nothing: {key}. Compare its spelling.</source>
            <translation>registration.json የሚለው ፋይል ትርጉም የሌለው ቁልፍ አለው: {key}። አጻጻፉን ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>The file registration.json must hold one JSON object: its keys between braces.</source>
            <translation>registration.json የሚለው ፋይል አንድ የJSON ነገር መያዝ አለበት: ቁልፎቹ በቅንፎች መካከል።</translation>
        </message>
        <message>
            <source>The file registration.json names some fingers or eyes but not {attribute}. Name all of them that are no exception, or none to use the device.</source>
            <translation>registration.json የሚለው ፋይል አንዳንድ ጣቶችን ወይም ዓይኖችን ይጠቅሳል፣ {attribute} ግን አይደለም። ልዩ ሁኔታ ያልሆኑትን ሁሉ ይጥቀሱ፣ ወይም መሣሪያውን ለመጠቀም ምንም አይጥቀሱ።</translation>
        </message>
        <message>
            <source>The finger could not be recognised. Ask your supervisor.</source>
            <translation>ጣቱ ሊታወቅ አልቻለም። ተቆጣጣሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The finger lies at the edge. Move it to the middle of the glass.</source>
            <translation>ጣቱ ጠርዝ ላይ ነው። ወደ መስታወቱ መካከል ያምጡት።</translation>
        </message>
        <message>
            <source>The first picture came after {seconds} s.</source>
            <translation>የመጀመሪያው ምስል ከ{seconds} ሰከንድ በኋላ መጣ።</translation>
        </message>
        <message>
            <source>The first that is available</source>
            <translation>መጀመሪያ የተገኘው</translation>
        </message>
        <message>
            <source>The folder is not what this draft was begun with; they differ in: {part}. Begin anew, or name another draft.</source>
            <translation>አቃፊው ይህ ረቂቅ የተጀመረበት አይደለም፤ ልዩነታቸው: {part}። እንደ አዲስ ይጀምሩ፣ ወይም ሌላ ረቂቅ ይጥቀሱ።</translation>
        </message>
        <message>
            <source>The folder of pictures for the simulated devices is not there.</source>
            <translation>ለማስመሰያ መሣሪያዎች የምስሎች አቃፊ የለም።</translation>
        </message>
        <message>
            <source>The folder of the face recognition pack is not there: {folder}.</source>
            <translation>የፊት መለያ ጥቅሉ አቃፊ የለም: {folder}።</translation>
        </message>
        <message>
            <source>The folder {folder} holds no labelled pictures: see muster evaluate --help.</source>
            <translation>አቃፊ {folder} ስያሜ ያላቸው ምስሎች የሉትም: muster evaluate --help ይመልከቱ።</translation>
        </message>
        <message>
            <source>The folder {folder} holds no pack of networks (pack.toml, pack.sig).</source>
            <translation>አቃፊ {folder} የሞዴሎች ጥቅል የለውም (pack.toml, pack.sig)።</translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation>የቅጹ መግለጫ ሊነበብ አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The form has no document of this name.</source>
            <translation>ቅጹ በዚህ ስም ሰነድ የለውም።</translation>
        </message>
        <message>
            <source>The form has no field of this name.</source>
            <translation>ቅጹ በዚህ ስም መስክ የለውም።</translation>
        </message>
        <message>
            <source>The form of the step {node} has other fields: {fields}.</source>
            <translation>የደረጃ {node} ቅጽ ሌሎች መስኮች አሉት: {fields}።</translation>
        </message>
        <message>
            <source>The front of the document lies on the scanner.</source>
            <translation>የሰነዱ ፊት በስካነሩ ላይ ነው።</translation>
        </message>
        <message>
            <source>The gender in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው ጾታ በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The graph is too large: at most {nodes} steps, {depth} deep.</source>
            <translation>ግራፉ በጣም ትልቅ ነው: ቢበዛ {nodes} ደረጃዎች፣ {depth} ጥልቀት።</translation>
        </message>
        <message>
            <source>The graph of the use case</source>
            <translation>የአጠቃቀም ሁኔታው ግራፍ</translation>
        </message>
        <message>
            <source>The hair colour in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የፀጉር ቀለም በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The hand lies at an angle. Turn it so that the fingers point straight up.</source>
            <translation>እጁ ዘንበል ብሏል። ጣቶቹ ቀጥታ ወደ ላይ እንዲያመለክቱ ያዙሩት።</translation>
        </message>
        <message>
            <source>The head did not turn far enough to judge this.</source>
            <translation>ይህን ለመመዘን ራስ በቂ አልዞረም።</translation>
        </message>
        <message>
            <source>The identity provider did not confirm the sign-in. Begin this step again.</source>
            <translation>የማንነት አቅራቢው መግቢያውን አላረጋገጠም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The identity provider did not tell something about the person that is needed here.</source>
            <translation>የማንነት አቅራቢው ስለ ግለሰቡ እዚህ የሚያስፈልግ ነገር አልነገረም።</translation>
        </message>
        <message>
            <source>The identity provider does not accept this station. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው ይህን ጣቢያ አይቀበልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity provider does not offer what a sign-in needs. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው ለመግቢያ የሚያስፈልገውን አያቀርብም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity provider does not say when the person signed in, so it may have been somebody before. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው ግለሰቡ መቼ እንደገቡ አይገልጽም፤ ስለዚህ ቀደም ሲል ሌላ ሰው ሊሆን ይችላል። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity provider has a problem just now. Try again later.</source>
            <translation>የማንነት አቅራቢው አሁን ችግር አለበት። ቆይተው ይሞክሩ።</translation>
        </message>
        <message>
            <source>The identity provider sent no proof of the sign-in. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው የመግቢያ ማረጋገጫ አልላከም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity provider sent the browser back without an answer. Begin this step again.</source>
            <translation>የማንነት አቅራቢው አሳሹን ያለ መልስ መልሷል። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The identity provider signed its proof in a way that this station does not accept.</source>
            <translation>የማንነት አቅራቢው ማረጋገጫውን ይህ ጣቢያ በማይቀበለው መንገድ ፈርሟል።</translation>
        </message>
        <message>
            <source>The identity provider signed its proof with a key that it does not publish.</source>
            <translation>የማንነት አቅራቢው ማረጋገጫውን ይፋ ባላደረገው ቁልፍ ፈርሟል።</translation>
        </message>
        <message>
            <source>The identity provider told about another person than the one who signed in.</source>
            <translation>የማንነት አቅራቢው ከገቡት ሰው ሌላ ስለሆነ ሰው ነግሯል።</translation>
        </message>
        <message>
            <source>The identity provider told of an earlier sign-in, perhaps somebody else's. Sign in again at the provider.</source>
            <translation>የማንነት አቅራቢው ስለ ቀደመ መግቢያ ነግሯል፣ ምናልባት የሌላ ሰው። በአቅራቢው እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>The identity provider's description of itself does not fit its address. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው ስለራሱ የሰጠው መግለጫ ከአድራሻው ጋር አይስማማም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity provider's proof belongs to another sign-in than this one.</source>
            <translation>የማንነት አቅራቢው ማረጋገጫ የሌላ መግቢያ ነው፣ የዚህ አይደለም።</translation>
        </message>
        <message>
            <source>The identity provider's proof does not belong to the access that came with it.</source>
            <translation>የማንነት አቅራቢው ማረጋገጫ አብሮት የመጣው መዳረሻ አይደለም።</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in cannot be read.</source>
            <translation>የማንነት አቅራቢው የመግቢያ ማረጋገጫ ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is not signed by the provider.</source>
            <translation>የማንነት አቅራቢው የመግቢያ ማረጋገጫ በአቅራቢው አልተፈረመም።</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is out of date. Check this computer's clock and sign in again.</source>
            <translation>የማንነት አቅራቢው የመግቢያ ማረጋገጫ ጊዜው አልፏል። የዚህን ኮምፒውተር ሰዓት አረጋግጠው እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in was made for somebody else.</source>
            <translation>የማንነት አቅራቢው የመግቢያ ማረጋገጫ ለሌላ ሰው የተዘጋጀ ነበር።</translation>
        </message>
        <message>
            <source>The introducer is not known at this station. Check the number, or ask somebody else.</source>
            <translation>አስተዋዋቂው በዚህ ጣቢያ አይታወቁም። ቁጥሩን ያረጋግጡ፣ ወይም ሌላ ሰው ይጠይቁ።</translation>
        </message>
        <message>
            <source>The introducer's number</source>
            <translation>የአስተዋዋቂው ቁጥር</translation>
        </message>
    </context>
</TS>
