<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="am" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>, </source>
            <translation>፣ </translation>
        </message>
        <message>
            <source>25 % above</source>
            <translation>25 % ከዚህ በላይ</translation>
        </message>
        <message>
            <source>25 % below</source>
            <translation>25 % ከዚህ በታች</translation>
        </message>
        <message>
            <source>A + may stand before them.</source>
            <translation>ከፊታቸው + ሊኖር ይችላል።</translation>
        </message>
        <message>
            <source>A PDF that is kept as it was shared; it cannot be shown here.</source>
            <translation>እንደተጋራ የተቀመጠ PDF ነው፤ እዚህ ሊታይ አይችልም።</translation>
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
            <source>A change counts from now on or later.</source>
            <translation>ለውጥ ከአሁን ጀምሮ ወይም በኋላ ይጸናል።</translation>
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
            <source>A digit of this number seems to be wrong or missing. Compare it with the card.</source>
            <translation>የዚህ ቁጥር አንድ አሃዝ የተሳሳተ ወይም የጎደለ ይመስላል። ከካርዱ ጋር ያነጻጽሩት።</translation>
        </message>
        <message>
            <source>A document is missing, unreadable or another person's</source>
            <translation>ሰነድ የለም፣ አይነበብም ወይም የሌላ ሰው ነው</translation>
        </message>
        <message>
            <source>A document says something else</source>
            <translation>ሰነድ ሌላ ነገር ይላል</translation>
        </message>
        <message>
            <source>A document says something else than what stands here. Look at both and decide which is right.</source>
            <translation>ሰነድ እዚህ ከተጻፈው ሌላ ይላል። ሁለቱንም ተመልክተው የትኛው ትክክል እንደሆነ ይወስኑ።</translation>
        </message>
        <message>
            <source>A document that MiTrust sent cannot be read.</source>
            <translation>MiTrust የላከው ሰነድ ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>A document, or the code of a pre-registration on a telephone. No picture is kept.</source>
            <translation>ሰነድ፣ ወይም በስልክ ያለ የቅድመ ምዝገባ ኮድ። ምንም ምስል አይቀመጥም።</translation>
        </message>
        <message>
            <source>A field has no id: write the name of the schema's field.</source>
            <translation>አንድ መስክ id የለውም: የስኬማውን መስክ ስም ይጻፉ።</translation>
        </message>
        <message>
            <source>A file of the face recognition pack cannot be read: {file}.</source>
            <translation>የፊት መለያ ጥቅሉ ፋይል ሊነበብ አይችልም: {file}።</translation>
        </message>
        <message>
            <source>A file of the receiver is damaged and cannot be taken over: {file}. Mend or remove it.</source>
            <translation>የተቀባዩ አንድ ፋይል ተበላሽቷል፣ ሊወሰድም አይችልም፦ {file}። ያስተካክሉት ወይም ያስወግዱት።</translation>
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
            <source>A file that stations would be told is no JSON: {file}. None was taken.</source>
            <translation>ለጣቢያዎች የሚነገር አንድ ፋይል JSON አይደለም፦ {file}። አንዱም አልተወሰደም።</translation>
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
            <source>A keyboard on the screen</source>
            <translation>በማያው ላይ የቁልፍ ሰሌዳ</translation>
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
            <source>A living face was confirmed, after it had been refused: {refused} times.</source>
            <translation>ሕያው ፊት ከተከለከለ በኋላ ተረጋግጧል: {refused} ጊዜ።</translation>
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
            <source>A packet that was accepted is not where it was put. Restore the backup.</source>
            <translation>ተቀባይነት ያገኘ ጥቅል በተቀመጠበት ቦታ የለም። ምትኬውን ይመልሱ።</translation>
        </message>
        <message>
            <source>A packet was not kept as it was written. It is not accepted.</source>
            <translation>አንድ ጥቅል እንደተጻፈው አልተቀመጠም። ተቀባይነት አላገኘም።</translation>
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
            <source>A part of this update is not what was signed. Copy it again; if it stays so, do not install it.</source>
            <translation>የዚህ ማሻሻያ አንድ ክፍል የተፈረመበት አይደለም። እንደገና ይቅዱት፤ እንዲሁ ከቀጠለ አይጫኑት።</translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with {option}, or run in a terminal.</source>
            <translation>የይለፍ ቃል ያስፈልጋል: የያዘውን ፋይል በ{option} ይጥቀሱ፣ ወይም በተርሚናል ያስኪዱ።</translation>
        </message>
        <message>
            <source>A photo of what cannot be captured</source>
            <translation>ሊወሰድ የማይችለውን የሚያሳይ ፎቶ</translation>
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
            <source>A reason is given for what is rejected or sent back, and for nothing else.</source>
            <translation>ምክንያት የሚሰጠው ውድቅ ለተደረገ ወይም ለተመለሰ ብቻ ነው፤ ለሌላ ለምንም አይሰጥም።</translation>
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
            <source>A request to relay answers cannot be read: {part} is missing or has a wrong form.</source>
            <translation>መልሶችን የማስተላለፍ ጥያቄ ሊነበብ አይችልም፦ {part} ይጎድላል ወይም ቅርጹ ስህተት ነው።</translation>
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
            <source>A set-up file</source>
            <translation>የማዋቀሪያ ፋይል</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: of that person no face, finger or eye was captured.</source>
            <translation>ትንሽ ልጅ የሚያመጣው ሰው ያስፈልገዋል: የዚያ ሰው ፊት፣ ጣት ወይም ዓይን አልተቀረጸም።</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: that person's identity number or registration number is missing.</source>
            <translation>ትንሽ ልጅ የሚያመጣው ሰው ያስፈልገዋል: የዚያ ሰው የመታወቂያ ወይም የምዝገባ ቁጥር የለም።</translation>
        </message>
        <message>
            <source>A station's number has the form CENTER_MACHINE, both of digits.</source>
            <translation>የጣቢያ ቁጥር CENTER_MACHINE ቅርጽ አለው፣ ሁለቱም አሃዞች ናቸው።</translation>
        </message>
        <message>
            <source>A station's request to be let in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>የጣቢያ የመግቢያ ጥያቄ ሊነበብ አይችልም፦ {part} ይጎድላል ወይም ቅርጹ ስህተት ነው።</translation>
        </message>
        <message>
            <source>A step may not have a name that begins with $: {node}.</source>
            <translation>የደረጃ ስም በ$ ሊጀምር አይችልም: {node}።</translation>
        </message>
        <message>
            <source>A step took very long</source>
            <translation>አንድ ደረጃ በጣም ረጅም ጊዜ ወሰደ</translation>
        </message>
        <message>
            <source>A step was very quick</source>
            <translation>አንድ ደረጃ በጣም ፈጣን ነበር</translation>
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
            <source>A supervisor has to confirm something before you sign: an exception, a poor capture, or who brings a child.</source>
            <translation>ከመፈረምዎ በፊት ተቆጣጣሪ ማረጋገጥ ያለባቸው ነገር አለ: ልዩ ሁኔታ፣ ደካማ ቀረጻ፣ ወይም ልጁን የሚያመጣው ሰው።</translation>
        </message>
        <message>
            <source>A supervisor has to vouch for this person. Ask one to sign in and go on.</source>
            <translation>ተቆጣጣሪ ስለዚህ ሰው ዋስትና መስጠት አለባቸው። ገብተው እንዲቀጥሉ ይጠይቋቸው።</translation>
        </message>
        <message>
            <source>A supervisor has yet to look at this registration. The proof can be taken after that.</source>
            <translation>ተቆጣጣሪ ይህን ምዝገባ ገና አልተመለከቱም። ማረጋገጫው ከዚያ በኋላ መውሰድ ይቻላል።</translation>
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
            <source>A verified document or wallet shows who this person is, and the face is theirs.</source>
            <translation>የተረጋገጠ ሰነድ ወይም ዋሌት ይህ ሰው ማን እንደሆነ ያሳያል፣ ፊቱም የእሱ ነው።</translation>
        </message>
        <message>
            <source>A word in it is on the list of words that names do not hold. Write it differently, or say why it stays.</source>
            <translation>በውስጡ ያለ ቃል በስሞች በማይገኙ ቃላት ዝርዝር ውስጥ ነው። በሌላ መንገድ ይጻፉት፣ ወይም ለምን እንደሚቆይ ይግለጹ።</translation>
        </message>
        <message>
            <source>A yes or no in the biometric file is neither.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ አዎ ወይም አይ ሁለቱንም አይደለም።</translation>
        </message>
        <message>
            <source>A4 sheet</source>
            <translation>A4 ወረቀት</translation>
        </message>
        <message>
            <source>A5 sheet</source>
            <translation>A5 ወረቀት</translation>
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
            <source>Address</source>
            <translation>አድራሻ</translation>
        </message>
        <message>
            <source>Administration</source>
            <translation>አስተዳደር</translation>
        </message>
        <message>
            <source>Administrator</source>
            <translation>አስተዳዳሪ</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>ዕድሜ</translation>
        </message>
        <message>
            <source>Age in years</source>
            <translation>ዕድሜ በዓመት</translation>
        </message>
        <message>
            <source>All figures of these days as one signed file (PDF)</source>
            <translation>የእነዚህ ቀናት አኃዞች ሁሉ በአንድ የተፈረመ ፋይል (PDF)</translation>
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
            <source>All that were asked are there.</source>
            <translation>የተጠየቁት ሁሉ አሉ።</translation>
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
            <source>An index in the biometric file does not have the form of a UUID.</source>
            <translation>በባዮሜትሪክ ፋይሉ ያለ መለያ የUUID ቅርጽ የለውም።</translation>
        </message>
        <message>
            <source>An introducer who has proven their identity number at this station says it.</source>
            <translation>የመታወቂያ ቁጥሩን በዚህ ጣቢያ ያረጋገጠ አስተዋዋቂ ቁጥሩን ይናገራል።</translation>
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
            <source>Another device …</source>
            <translation>ሌላ መሣሪያ …</translation>
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
            <source>Another reason, for now</source>
            <translation>ሌላ ምክንያት፣ ለአሁን</translation>
        </message>
        <message>
            <source>Another reason, lasting</source>
            <translation>ሌላ ምክንያት፣ ቋሚ</translation>
        </message>
        <message>
            <source>Another station accepted to review registrations</source>
            <translation>ምዝገባዎችን የሚገመግም ሌላ ጣቢያ ተቀባይነት አግኝቷል</translation>
        </message>
        <message>
            <source>Another station's packets accepted from now on</source>
            <translation>የሌላ ጣቢያ ጥቅሎች ከአሁን ጀምሮ ተቀባይነት አላቸው</translation>
        </message>
        <message>
            <source>Another station's registration taken in for review</source>
            <translation>የሌላ ጣቢያ ምዝገባ ለግምገማ ተወስዷል</translation>
        </message>
        <message>
            <source>Answered</source>
            <translation>የተመለሰበት</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>አጽድቅ</translation>
        </message>
        <message>
            <source>Approve all that need no look</source>
            <translation>መታየት የማያስፈልጋቸውን ሁሉ አጽድቅ</translation>
        </message>
        <message>
            <source>Approve {count} that need no look</source>
            <translation>መታየት የማያስፈልጋቸውን {count} አጽድቅ</translation>
        </message>
        <message>
            <source>As many of these as possible</source>
            <translation>ከእነዚህ የሚቻለውን ያህል</translation>
        </message>
        <message>
            <source>As shipped</source>
            <translation>እንደ መጀመሪያው</translation>
        </message>
        <message>
            <source>As the computer is set</source>
            <translation>እንደ ኮምፒውተሩ</translation>
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
            <source>At least, %</source>
            <translation>ቢያንስ፣ %</translation>
        </message>
        <message>
            <source>At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.</source>
            <translation>በአንድ ጊዜ ቢበዛ {sheets} ወረቀቶች ይወሰዳሉ። በመጋቢው ተጨማሪ ካለ እንደ ተጨማሪ ገጾች ያክሏቸው።</translation>
        </message>
        <message>
            <source>At most, %</source>
            <translation>ቢበዛ፣ %</translation>
        </message>
        <message>
            <source>At this age one more document is needed. Go back to the documents and attach it.</source>
            <translation>በዚህ ዕድሜ አንድ ተጨማሪ ሰነድ ያስፈልጋል። ወደ ሰነዶቹ ተመልሰው ያያይዙት።</translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation>ሙከራ {number} ከ{allowed}</translation>
        </message>
        <message>
            <source>Attempts before an officer may keep the best</source>
            <translation>ሠራተኛው ምርጡን ከማስቀመጡ በፊት ያሉ ሙከራዎች</translation>
        </message>
        <message>
            <source>Attestation</source>
            <translation>ማረጋገጫ</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>ኦዲት</translation>
        </message>
        <message>
            <source>Authentication</source>
            <translation>የማንነት ፍተሻ</translation>
        </message>
        <message>
            <source>Authenticator</source>
            <translation>ኦተንቲኬተር</translation>
        </message>
        <message>
            <source>Authenticator of an operator removed</source>
            <translation>የሠራተኛ ኦተንቲኬተር ተወግዷል</translation>
        </message>
        <message>
            <source>Authenticator of an operator set up</source>
            <translation>የሠራተኛ ኦተንቲኬተር ተዘጋጅቷል</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>ተመለስ</translation>
        </message>
        <message>
            <source>Back of the document</source>
            <translation>የሰነዱ ጀርባ</translation>
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
            <source>Became</source>
            <translation>ሆነ</translation>
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
            <source>Being taken. The person stays like this until it is good.</source>
            <translation>እየተወሰደ ነው። ጥሩ እስኪሆን ግለሰቡ እንዲሁ ይቆያሉ።</translation>
        </message>
        <message>
            <source>Belongs to</source>
            <translation>የሚመለከተው</translation>
        </message>
        <message>
            <source>Biometric exception cleared</source>
            <translation>የባዮሜትሪክ ልዩ ሁኔታ ተነስቷል</translation>
        </message>
        <message>
            <source>Biometric exception marked</source>
            <translation>የባዮሜትሪክ ልዩ ሁኔታ ተመልክቷል</translation>
        </message>
        <message>
            <source>Biometric sample captured</source>
            <translation>የባዮሜትሪክ ናሙና ተቀርጿል</translation>
        </message>
        <message>
            <source>Biometric sample judged by the station</source>
            <translation>የባዮሜትሪክ ናሙና በጣቢያው ተመዝኗል</translation>
        </message>
        <message>
            <source>Biometric sample set aside</source>
            <translation>የባዮሜትሪክ ናሙና ለብቻው ተቀምጧል</translation>
        </message>
        <message>
            <source>Biometrics</source>
            <translation>ባዮሜትሪክ</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>አግድ</translation>
        </message>
        <message>
            <source>Blocklisted words stay</source>
            <translation>የተከለከሉ ቃላት ቀርተዋል</translation>
        </message>
        <message>
            <source>Born</source>
            <translation>የተወለዱበት</translation>
        </message>
        <message>
            <source>Both hands</source>
            <translation>ሁለቱም እጆች</translation>
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
            <source>By its date it has expired.</source>
            <translation>በቀኑ መሠረት ጊዜው አልፏል።</translation>
        </message>
        <message>
            <source>By the clock of this computer ({now}) this update is too old. Check the clock; if it is right, ask for a newer update.</source>
            <translation>በዚህ ኮምፒውተር ሰዓት ({now}) መሠረት ይህ ማሻሻያ በጣም የቆየ ነው። ሰዓቱን ያረጋግጡ፤ ትክክል ከሆነ አዲስ ማሻሻያ ይጠይቁ።</translation>
        </message>
        <message>
            <source>By {names}</source>
            <translation>በ{names}</translation>
        </message>
        <message>
            <source>Can prove: {level}</source>
            <translation>ሊያረጋግጥ የሚችለው: {level}</translation>
        </message>
        <message>
            <source>Cannot be captured ({count} fingers): why?</source>
            <translation>ሊቀረጽ አይችልም ({count} ጣቶች): ለምን?</translation>
        </message>
        <message>
            <source>Cannot be captured ({fingers}): why?</source>
            <translation>ሊቀረጽ አይችልም ({fingers}): ለምን?</translation>
        </message>
        <message>
            <source>Cannot be captured …</source>
            <translation>ሊቀረጽ አይችልም …</translation>
        </message>
        <message>
            <source>Cannot be held still</source>
            <translation>ሳይንቀሳቀስ ሊያዝ አይችልም</translation>
        </message>
        <message>
            <source>Cannot be laid on the glass</source>
            <translation>በመስታወቱ ላይ ሊቀመጥ አይችልም</translation>
        </message>
        <message>
            <source>Cannot move as asked</source>
            <translation>እንደተጠየቀው መንቀሳቀስ አይችሉም</translation>
        </message>
        <message>
            <source>Capitals and further signs</source>
            <translation>ትላልቅ ፊደሎችና ተጨማሪ ምልክቶች</translation>
        </message>
        <message>
            <source>Capture attempted</source>
            <translation>ቀረጻ ተሞክሯል</translation>
        </message>
        <message>
            <source>Capture below the threshold</source>
            <translation>ከገደቡ በታች የሆነ ቀረጻ</translation>
        </message>
        <message>
            <source>Capture failed</source>
            <translation>ቀረጻ አልተሳካም</translation>
        </message>
        <message>
            <source>Captures</source>
            <translation>ቀረጻዎች</translation>
        </message>
        <message>
            <source>Captures kept below the threshold: {count}; the lowest has quality {lowest}.</source>
            <translation>ከገደቡ በታች የተቀመጡ ቀረጻዎች: {count}፤ የዝቅተኛው ጥራት {lowest} ነው።</translation>
        </message>
        <message>
            <source>Center's gallery could not be asked or told</source>
            <translation>የማዕከሉን የፊቶች ስብስብ መጠየቅ ወይም ማሳወቅ አልተቻለም</translation>
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
            <source>Certificate of the server's signatures stored</source>
            <translation>የአገልጋዩ ፊርማዎች ሰርተፍኬት ተቀምጧል</translation>
        </message>
        <message>
            <source>Certificates</source>
            <translation>የምስክር ወረቀቶች</translation>
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
            <source>Changed certificate of the server accepted</source>
            <translation>የተቀየረ የአገልጋይ ሰርተፍኬት ተቀባይነት አግኝቷል</translation>
        </message>
        <message>
            <source>Changed settings tried on registrations of before</source>
            <translation>የተለወጡ ቅንብሮች በቀደሙ ምዝገባዎች ላይ ተሞከሩ</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>ፍተሻ</translation>
        </message>
        <message>
            <source>Check all</source>
            <translation>ሁሉንም አረጋግጥ</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>አሁን አረጋግጥ</translation>
        </message>
        <message>
            <source>Checks in doubt</source>
            <translation>አጠራጣሪ ምርመራዎች</translation>
        </message>
        <message>
            <source>Checks that could not be made</source>
            <translation>ሊደረጉ ያልቻሉ ምርመራዎች</translation>
        </message>
        <message>
            <source>Checks that failed</source>
            <translation>ያልተሳኩ ምርመራዎች</translation>
        </message>
        <message>
            <source>Checks that went well</source>
            <translation>የተሳኩ ምርመራዎች</translation>
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
            <source>Chip of a document read</source>
            <translation>የሰነድ ቺፕ ተነቧል</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>ምረጥ</translation>
        </message>
        <message>
            <source>Choose a file and take it</source>
            <translation>ፋይል ምረጥና ውሰድ</translation>
        </message>
        <message>
            <source>Choose a line and press F2 to change it.</source>
            <translation>መስመር ይምረጡና ለመለወጥ F2 ይጫኑ።</translation>
        </message>
        <message>
            <source>Choose a picture for each page</source>
            <translation>ለእያንዳንዱ ገጽ ምስል ይምረጡ</translation>
        </message>
        <message>
            <source>Choose a reason.</source>
            <translation>ምክንያት ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose a record, or search for a registration: its story stands here.</source>
            <translation>መዝገብ ይምረጡ፣ ወይም ምዝገባ ይፈልጉ: ታሪኩ እዚህ ይታያል።</translation>
        </message>
        <message>
            <source>Choose and test</source>
            <translation>ምረጥና ሞክር</translation>
        </message>
        <message>
            <source>Choose another capture</source>
            <translation>ሌላ ቀረጻ ምረጥ</translation>
        </message>
        <message>
            <source>Choose another way</source>
            <translation>ሌላ መንገድ ይምረጡ</translation>
        </message>
        <message>
            <source>Choose at least one role.</source>
            <translation>ቢያንስ አንድ ሚና ይምረጡ።</translation>
        </message>
        <message>
            <source>Choose from a calendar</source>
            <translation>ከቀን መቁጠሪያ ምረጥ</translation>
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
            <source>Choose which capture of the parent or guardian it shall be, and press Start.</source>
            <translation>ከወላጅ ወይም አሳዳጊ ምን እንደሚወሰድ ይምረጡና ጀምርን ይጫኑ።</translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation>እዚህ ማን እንደሚሠራ ይምረጡ። የይለፍ ቃሎቹ በዚህ ኮምፒውተር ላይ ያለውን ሁሉ ይጠብቃሉ: ሁለቱም ከጠፉ ያልተላኩ ምዝገባዎችም ይጠፋሉ።</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>ዝጋ</translation>
        </message>
        <message>
            <source>Close both eyes for a moment, then open them.</source>
            <translation>ሁለቱንም ዓይኖች ለአፍታ ይጨፍኑ፣ ከዚያ ይክፈቷቸው።</translation>
        </message>
        <message>
            <source>Close the keyboard</source>
            <translation>የቁልፍ ሰሌዳውን ዝጋ</translation>
        </message>
        <message>
            <source>Close the mouth.</source>
            <translation>አፍዎን ይዝጉ።</translation>
        </message>
        <message>
            <source>Code of a person's authenticator given</source>
            <translation>የግለሰብ ኦተንቲኬተር ኮድ ተሰጥቷል</translation>
        </message>
        <message>
            <source>Code of an authenticator taken</source>
            <translation>የኦተንቲኬተር ኮድ ተወስዷል</translation>
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
            <source>Colours and size</source>
            <translation>ቀለምና መጠን</translation>
        </message>
        <message>
            <source>Come a little closer.</source>
            <translation>ትንሽ ቀረብ ይበሉ።</translation>
        </message>
        <message>
            <source>Comment</source>
            <translation>አስተያየት</translation>
        </message>
        <message>
            <source>Comment, if there is one</source>
            <translation>አስተያየት፣ ካለ</translation>
        </message>
        <message>
            <source>Comment; needed for another reason</source>
            <translation>አስተያየት፤ ለሌላ ምክንያት ያስፈልጋል</translation>
        </message>
        <message>
            <source>Compare the face with the picture on the document, and the name with what was entered.</source>
            <translation>ፊቱን በሰነዱ ካለው ምስል፣ ስሙን ደግሞ ከገባው ጋር ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>Compared with</source>
            <translation>የተነጻጸረው ከ</translation>
        </message>
        <message>
            <source>Conditions of the engine {engine} are not understood; use MVEL.</source>
            <translation>የ{engine} ሁኔታዎች አይታወቁም፤ MVEL ይጠቀሙ።</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>ውቅር</translation>
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
            <source>Connections</source>
            <translation>ግንኙነቶች</translation>
        </message>
        <message>
            <source>Consent</source>
            <translation>ፈቃድ</translation>
        </message>
        <message>
            <source>Consent counts only with a signature</source>
            <translation>ስምምነት የሚጸናው በፊርማ ብቻ ነው</translation>
        </message>
        <message>
            <source>Consent given</source>
            <translation>ፈቃድ ተሰጥቷል</translation>
        </message>
        <message>
            <source>Content</source>
            <translation>ይዘት</translation>
        </message>
        <message>
            <source>Content exported in another system's words</source>
            <translation>ይዘት በሌላ ሥርዓት ቃላት ተልኳል</translation>
        </message>
        <message>
            <source>Continue sending</source>
            <translation>መላክ ቀጥል</translation>
        </message>
        <message>
            <source>Copy of a packet handed over on a drive</source>
            <translation>የጥቅል ቅጂ በድራይቭ ተረክቧል</translation>
        </message>
        <message>
            <source>Counts from</source>
            <translation>የሚጸናበት ጊዜ</translation>
        </message>
        <message>
            <source>Damaged database put aside and rebuilt</source>
            <translation>የተበላሸ ዳታቤዝ ተቀምጦ እንደገና ተገንብቷል</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>ጥቁር</translation>
        </message>
        <message>
            <source>Database brought forward to a newer form</source>
            <translation>ዳታቤዝ ወደ አዲስ ቅርጽ መጥቷል</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>ቀን</translation>
        </message>
        <message>
            <source>Days a face can be found again here</source>
            <translation>ፊት እዚህ እንደገና ሊገኝ የሚችልባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days a packet may be on its way on a drive</source>
            <translation>ፓኬት በማከማቻ ላይ በጉዞ ሊቆይ የሚችልባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days a packet may wait for review</source>
            <translation>አንድ ጥቅል ግምገማ ሊጠብቅ የሚችልባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days a sealed packet stays after the server processed it</source>
            <translation>አገልጋዩ ካስተናገደው በኋላ የታሸገ ፓኬት የሚቆይባቸው ቀናት</translation>
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
            <source>Days over which an officer's exceptions are counted</source>
            <translation>የሠራተኛ ልዩ ሁኔታዎች የሚቆጠሩባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days since the server's lists (places, documents) were fetched</source>
            <translation>የአገልጋዩ ዝርዝሮች (ቦታዎች፣ ሰነዶች) ከመጡ የተቆጠሩ ቀናት</translation>
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
            <source>Days the code on a slip is called valid</source>
            <translation>በደረሰኝ ላይ ያለው ኮድ ትክክለኛ የሚባልባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days the server's list of people may be old</source>
            <translation>የአገልጋዩ የሰዎች ዝርዝር ሊያረጅ የሚችልባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days the server's lists may be old</source>
            <translation>የአገልጋዩ ዝርዝሮች ሊያረጁ የሚችሉባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days the server's settings may be old</source>
            <translation>የአገልጋዩ ቅንብሮች ሊያረጁ የሚችሉባቸው ቀናት</translation>
        </message>
        <message>
            <source>Days without sending</source>
            <translation>ያለመላክ ቀናት</translation>
        </message>
        <message>
            <source>Days without sending while packets wait</source>
            <translation>ጥቅሎች እየጠበቁ ሳይላክ የሚያልፉ ቀናት</translation>
        </message>
        <message>
            <source>Decided which of two values is right</source>
            <translation>ከሁለት ዋጋዎች ትክክለኛው ተወስኗል</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>ውሳኔ</translation>
        </message>
        <message>
            <source>Decision handed back to another station</source>
            <translation>ውሳኔ ለሌላ ጣቢያ ተመልሷል</translation>
        </message>
        <message>
            <source>Decision of another station carried out</source>
            <translation>የሌላ ጣቢያ ውሳኔ ተፈጽሟል</translation>
        </message>
        <message>
            <source>Decisions and reasons</source>
            <translation>ውሳኔዎችና ምክንያቶች</translation>
        </message>
        <message>
            <source>Delete the letter before</source>
            <translation>ያለፈውን ፊደል ሰርዝ</translation>
        </message>
        <message>
            <source>Delivery attempt failed</source>
            <translation>የማድረስ ሙከራ አልተሳካም</translation>
        </message>
        <message>
            <source>Delivery of another station's packet failed</source>
            <translation>የሌላ ጣቢያ ጥቅል ማድረስ አልተሳካም</translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation>የማሳያ ጣቢያ: የይለፍ ቃሉ ተሞልቷል። የተፈጠሩ ሰዎችን ብቻ ይመዝግቡ።</translation>
        </message>
        <message>
            <source>Demographics entered</source>
            <translation>ዝርዝሮች ገብተዋል</translation>
        </message>
        <message>
            <source>Demographics entered, blocklisted words kept</source>
            <translation>ዝርዝሮች ገብተዋል፣ የታገዱ ቃላት ቀርተዋል</translation>
        </message>
        <message>
            <source>Demographics kept unfinished</source>
            <translation>ዝርዝሮች ሳይጠናቀቁ ተቀምጠዋል</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>ዝርዝሮች</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>መሣሪያ</translation>
        </message>
        <message>
            <source>Device of a kind chosen</source>
            <translation>የአንድ ዓይነት መሣሪያ ተመርጧል</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>መሣሪያዎች</translation>
        </message>
        <message>
            <source>Digest</source>
            <translation>ዲጀስት</translation>
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
            <source>Document</source>
            <translation>ሰነድ</translation>
        </message>
        <message>
            <source>Document attached</source>
            <translation>ሰነድ ተያይዟል</translation>
        </message>
        <message>
            <source>Document kept with a smaller picture</source>
            <translation>ሰነድ ባነሰ ምስል ተቀምጧል</translation>
        </message>
        <message>
            <source>Document of a proof taken as the registration's</source>
            <translation>የማረጋገጫ ሰነድ የምዝገባው ሰነድ ሆኖ ተወስዷል</translation>
        </message>
        <message>
            <source>Document removed</source>
            <translation>ሰነድ ተወግዷል</translation>
        </message>
        <message>
            <source>Document shared by</source>
            <translation>ሰነዱን ያጋራው</translation>
        </message>
        <message>
            <source>Document that was shown here</source>
            <translation>እዚህ የቀረበ ሰነድ</translation>
        </message>
        <message>
            <source>Document, chip, code or pre-registration read for the form</source>
            <translation>ለቅጹ ሰነድ፣ ቺፕ፣ ኮድ ወይም ቅድመ ምዝገባ ተነቧል</translation>
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
            <source>Drivers of devices that may be loaded</source>
            <translation>ሊጫኑ የሚችሉ የመሣሪያ ሾፌሮች</translation>
        </message>
        <message>
            <source>Drivers that are not loaded</source>
            <translation>ያልተጫኑ ድራይቨሮች</translation>
        </message>
        <message>
            <source>Driving licence</source>
            <translation>መንጃ ፈቃድ</translation>
        </message>
        <message>
            <source>Dry or wet skin</source>
            <translation>ደረቅ ወይም እርጥብ ቆዳ</translation>
        </message>
        <message>
            <source>Duplicates</source>
            <translation>ድግግሞሾች</translation>
        </message>
        <message>
            <source>E-mail address</source>
            <translation>የኢሜይል አድራሻ</translation>
        </message>
        <message>
            <source>Earlier faces that look like this one: {count}. Compare them.</source>
            <translation>ከዚህ ጋር የሚመሳሰሉ ቀደም ያሉ ፊቶች: {count}። ያነጻጽሯቸው።</translation>
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
            <source>End the registration? Nothing is kept.</source>
            <translation>ምዝገባው ይቋረጥ? ምንም አይቀመጥም።</translation>
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
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter: next empty field · Ctrl+Enter: Next</source>
            <translation>Enter: ቀጣይ ባዶ መስክ · Ctrl+Enter: ቀጣይ</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation>ሁሉም ነገር እየሠሩ ሳለ ይቀመጣል።</translation>
        </message>
        <message>
            <source>Everything is taken.</source>
            <translation>ሁሉም ተወስዷል።</translation>
        </message>
        <message>
            <source>Everything succeeded, but it does not prove enough for this purpose.</source>
            <translation>ሁሉም ተሳክቷል፤ ነገር ግን ለዚህ ዓላማ በቂ ማረጋገጫ አይደለም።</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>ማስረጃ</translation>
        </message>
        <message>
            <source>Evidence of an identity shown to a supervisor</source>
            <translation>የማንነት ማስረጃ ለተቆጣጣሪ ታይቷል</translation>
        </message>
        <message>
            <source>Exception photo</source>
            <translation>የልዩ ሁኔታ ፎቶ</translation>
        </message>
        <message>
            <source>Exceptions</source>
            <translation>ልዩ ሁኔታዎች</translation>
        </message>
        <message>
            <source>Exported content accepted by another server</source>
            <translation>የተላከ ይዘት በሌላ አገልጋይ ተቀባይነት አግኝቷል</translation>
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
            <source>Face searched for among those captured here</source>
            <translation>ፊት እዚህ ከተቀረጹት መካከል ተፈልጓል</translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation>ፊት፣ ጣቶችና ዓይኖች</translation>
        </message>
        <message>
            <source>Face, fingers or eyes are to be captured again</source>
            <translation>ፊት፣ ጣቶች ወይም ዓይኖች እንደገና ሊቀረጹ ነው</translation>
        </message>
        <message>
            <source>Face, hands and eyes</source>
            <translation>ፊት፣ እጆችና ዓይኖች</translation>
        </message>
        <message>
            <source>Faces are compared at the center, too</source>
            <translation>ፊቶች በማዕከሉም ይነጻጸራሉ</translation>
        </message>
        <message>
            <source>Faces like this one found, for a supervisor to compare</source>
            <translation>ተመሳሳይ ፊቶች ተገኝተዋል፣ ተቆጣጣሪ ያነጻጽራሉ</translation>
        </message>
        <message>
            <source>Failed attempts</source>
            <translation>ያልተሳኩ ሙከራዎች</translation>
        </message>
        <message>
            <source>Family name</source>
            <translation>የቤተሰብ ስም</translation>
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
            <source>Fetch the pre-registration</source>
            <translation>ቅድመ ምዝገባውን አምጣ</translation>
        </message>
        <message>
            <source>Fetching …</source>
            <translation>እየመጣ ነው …</translation>
        </message>
        <message>
            <source>Fields filled in from what was read</source>
            <translation>መስኮች ከተነበበው ተሞልተዋል</translation>
        </message>
        <message>
            <source>Fields in which blocklisted words stay, with a reason: {count}. Read why.</source>
            <translation>የታገዱ ቃላት ከምክንያት ጋር የቀሩባቸው መስኮች: {count}። ለምን እንደሆነ ያንብቡ።</translation>
        </message>
        <message>
            <source>Fields in which what was typed differs from what a document says: {count}.</source>
            <translation>የተጻፈው ሰነድ ከሚለው የሚለይባቸው መስኮች: {count}።</translation>
        </message>
        <message>
            <source>Figure before</source>
            <translation>ቀዳሚ አኃዝ</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>አኃዞች</translation>
        </message>
        <message>
            <source>Figures of everybody's work shown to a supervisor</source>
            <translation>የሁሉም ሥራ አኃዞች ለተቆጣጣሪ ታይተዋል</translation>
        </message>
        <message>
            <source>Figures written to a file</source>
            <translation>አኃዞች ወደ ፋይል ተጽፈዋል</translation>
        </message>
        <message>
            <source>File behind evidence copied by a supervisor</source>
            <translation>የማስረጃ ፋይል በተቆጣጣሪ ተቀድቷል</translation>
        </message>
        <message>
            <source>File behind evidence shown to a supervisor</source>
            <translation>የማስረጃ ፋይል ለተቆጣጣሪ ታይቷል</translation>
        </message>
        <message>
            <source>Fill in {count} details</source>
            <translation>{count} ዝርዝሮችን ሙላ</translation>
        </message>
        <message>
            <source>Filled in at home?</source>
            <translation>በቤት ተሞልቷል?</translation>
        </message>
        <message>
            <source>Filled in: {fields}.</source>
            <translation>የተሞሉ: {fields}።</translation>
        </message>
        <message>
            <source>Find a place</source>
            <translation>ቦታ ፈልግ</translation>
        </message>
        <message>
            <source>Find a registration by its number or by the person's name</source>
            <translation>ምዝገባን በቁጥሩ ወይም በግለሰቡ ስም ፈልግ</translation>
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
            <source>Finger, eye, face</source>
            <translation>ጣት፣ ዓይን፣ ፊት</translation>
        </message>
        <message>
            <source>Fingers and eyes</source>
            <translation>ጣቶችና ዓይኖች</translation>
        </message>
        <message>
            <source>Fingers or eyes marked as not to be captured: {count}, of them for good: {permanent}.</source>
            <translation>እንደማይቀረጹ የተመለከቱ ጣቶች ወይም ዓይኖች: {count}፣ ከእነዚህ በቋሚነት: {permanent}።</translation>
        </message>
        <message>
            <source>First the person agrees to: {names}</source>
            <translation>መጀመሪያ ግለሰቡ በእነዚህ ይስማማሉ: {names}</translation>
        </message>
        <message>
            <source>First try, %</source>
            <translation>የመጀመሪያ ሙከራ፣ %</translation>
        </message>
        <message>
            <source>For now</source>
            <translation>ለጊዜው</translation>
        </message>
        <message>
            <source>Forced, %</source>
            <translation>ከገደብ በታች የተያዘ፣ %</translation>
        </message>
        <message>
            <source>Forms</source>
            <translation>ቅጾች</translation>
        </message>
        <message>
            <source>Forms and lists</source>
            <translation>ቅጾችና ዝርዝሮች</translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation>ከፋይል …</translation>
        </message>
        <message>
            <source>From sealing to the server's answer it takes {minutes} minutes for half of the packets.</source>
            <translation>ከማሸግ እስከ አገልጋዩ ምላሽ ለግማሾቹ ጥቅሎች {minutes} ደቂቃ ይወስዳል።</translation>
        </message>
        <message>
            <source>From the beginning</source>
            <translation>ከመጀመሪያው</translation>
        </message>
        <message>
            <source>From: {source} ({sure})</source>
            <translation>ከ: {source} ({sure})</translation>
        </message>
        <message>
            <source>Front of the document</source>
            <translation>የሰነዱ ፊት</translation>
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
            <source>Given names</source>
            <translation>የመጠሪያ ስሞች</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>ቀጥል</translation>
        </message>
        <message>
            <source>Go on (Space)</source>
            <translation>ቀጥል (Space)</translation>
        </message>
        <message>
            <source>Go on with other things</source>
            <translation>በሌሎች ነገሮች ቀጥል</translation>
        </message>
        <message>
            <source>Go through it with the person. Change leads to each part and back here.</source>
            <translation>ከሰውዬው ጋር ይመልከቱት። ለውጥ ወደ እያንዳንዱ ክፍል ይወስድና እዚህ ይመልሳል።</translation>
        </message>
        <message>
            <source>Go through it with the person. Press a part to change it.</source>
            <translation>ከግለሰቡ ጋር ይመልከቱት። ለመቀየር አንዱን ክፍል ይጫኑ።</translation>
        </message>
        <message>
            <source>Go through this with the person, one step after the other.</source>
            <translation>ይህን ከግለሰቡ ጋር አንድ በአንድ ያከናውኑ።</translation>
        </message>
        <message>
            <source>Good at my first try</source>
            <translation>በመጀመሪያ ሙከራዬ ጥሩ የሆኑ</translation>
        </message>
        <message>
            <source>Good at the first try</source>
            <translation>በመጀመሪያ ሙከራ ጥሩ የሆኑ</translation>
        </message>
        <message>
            <source>Good until</source>
            <translation>የሚያገለግልበት</translation>
        </message>
        <message>
            <source>Good, thank you.</source>
            <translation>ጥሩ፣ እናመሰግናለን።</translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation>ጥሩ ነው። ሳይንቀሳቀሱ ይቆዩ …</translation>
        </message>
        <message>
            <source>Handed in</source>
            <translation>የቀረበበት</translation>
        </message>
        <message>
            <source>Head of the trail: {digest}</source>
            <translation>የኦዲት ሰንሰለቱ ራስ: {digest}</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>ከፍተኛ ንፅፅር</translation>
        </message>
        <message>
            <source>Hints</source>
            <translation>ፍንጮች</translation>
        </message>
        <message>
            <source>Hints, at the top, says on every page what to do.</source>
            <translation>ከላይ ያለው «ፍንጮች» በእያንዳንዱ ገጽ ምን እንደሚደረግ ይናገራል።</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>ያዝ</translation>
        </message>
        <message>
            <source>Hold it before the camera …</source>
            <translation>በካሜራው ፊት ያዙት …</translation>
        </message>
        <message>
            <source>Hour</source>
            <translation>ሰዓት</translation>
        </message>
        <message>
            <source>Hours content stays after delivery for its slip</source>
            <translation>ከተላከ በኋላ ይዘቱ ለደረሰኙ የሚቆይባቸው ሰዓቶች</translation>
        </message>
        <message>
            <source>How far back</source>
            <translation>ምን ያህል ወደ ኋላ</translation>
        </message>
        <message>
            <source>How large the page is in truth is not known.</source>
            <translation>ገጹ በእውነቱ ምን ያህል ትልቅ እንደሆነ አይታወቅም።</translation>
        </message>
        <message>
            <source>How long things are kept</source>
            <translation>ነገሮች የሚቆዩበት ጊዜ</translation>
        </message>
        <message>
            <source>How long this station can go on</source>
            <translation>ይህ ጣቢያ ምን ያህል ጊዜ ሊቀጥል እንደሚችል</translation>
        </message>
        <message>
            <source>How sure a reading has to be (0 to 1)</source>
            <translation>ንባብ ምን ያህል እርግጠኛ መሆን እንዳለበት (ከ0 እስከ 1)</translation>
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
            <source>I see the person here myself …</source>
            <translation>ግለሰቡን እዚህ ራሴ አያቸዋለሁ …</translation>
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
            <source>Identity card</source>
            <translation>መታወቂያ ካርድ</translation>
        </message>
        <message>
            <source>Identity proofing</source>
            <translation>ማንነትን ማረጋገጥ</translation>
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
            <source>Introducer compared with the officer at the desk</source>
            <translation>አስተዋዋቂው በዴስኩ ካሉት ባለሙያ ጋር ተነጻጽሯል</translation>
        </message>
        <message>
            <source>Is this address spelt right? Many addresses end in {likely}.</source>
            <translation>ይህ አድራሻ በትክክል ተጽፏል? ብዙ አድራሻዎች በ{likely} ያበቃሉ።</translation>
        </message>
        <message>
            <source>Issued by</source>
            <translation>የሰጠው</translation>
        </message>
        <message>
            <source>Issued on</source>
            <translation>የተሰጠበት ቀን</translation>
        </message>
        <message>
            <source>It belongs to: {place}</source>
            <translation>ያለበት: {place}</translation>
        </message>
        <message>
            <source>It can be captured after all</source>
            <translation>ሊቀረጽ ይችላል</translation>
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
            <source>It is not, or I am not sure</source>
            <translation>አይደለም፣ ወይም እርግጠኛ አይደለሁም</translation>
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
            <source>It looks like this: name@example.org</source>
            <translation>እንዲህ ይጻፋል፦ name@example.org</translation>
        </message>
        <message>
            <source>It says the same as the form: {fields}.</source>
            <translation>ከቅጹ ጋር አንድ ዓይነት ይላል፦ {fields}።</translation>
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
            <source>It takes {count} digits and no spaces between them.</source>
            <translation>{count} አሃዞች ያለ ክፍት ቦታ ያስፈልጋሉ።</translation>
        </message>
        <message>
            <source>It takes {least} to {most} characters.</source>
            <translation>ከ{least} እስከ {most} ቁምፊዎች ያስፈልጋሉ።</translation>
        </message>
        <message>
            <source>It takes {least} to {most} digits and no spaces between them.</source>
            <translation>ከ{least} እስከ {most} አሃዞች ያለ ክፍት ቦታ ያስፈልጋሉ።</translation>
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
            <source>Its portrait is compared with the face that is captured.</source>
            <translation>በውስጡ ያለው ፎቶ ከሚቀረጸው ፊት ጋር ይነጻጸራል።</translation>
        </message>
        <message>
            <source>Judging this capture broke off twice. Take it again; if that happens again, tell your administrator.</source>
            <translation>የዚህ ቀረጻ ምዘና ሁለት ጊዜ ተቋርጧል። እንደገና ይውሰዱት፤ ይህ ከተደጋገመ ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>Keep as</source>
            <translation>እንደ ምን ይቀመጥ</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>አስቀምጥ</translation>
        </message>
        <message>
            <source>Keep it, because …</source>
            <translation>አስቀምጥ፣ ምክንያቱም …</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>የእኔን አስቀምጥ</translation>
        </message>
        <message>
            <source>Keep the best there is …</source>
            <translation>ካለው የተሻለውን አስቀምጥ …</translation>
        </message>
        <message>
            <source>Kept below the threshold</source>
            <translation>ከመጠኑ በታች ሆኖ የተያዘ</translation>
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
            <source>Keyboard</source>
            <translation>የቁልፍ ሰሌዳ</translation>
        </message>
        <message>
            <source>Keyboard on the screen</source>
            <translation>በማያው ላይ የቁልፍ ሰሌዳ</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>ቁልፎች</translation>
        </message>
        <message>
            <source>Keys on this page</source>
            <translation>በዚህ ገጽ ያሉ ቁልፎች</translation>
        </message>
        <message>
            <source>Kilometres from the station from which a packet is far away</source>
            <translation>ፓኬት ሩቅ የሚባልበት ከጣቢያው ያለ ኪሎሜትር</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>ዓይነት</translation>
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
            <source>Language of the window</source>
            <translation>የመስኮቱ ቋንቋ</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>ትልቅ</translation>
        </message>
        <message>
            <source>Lasting</source>
            <translation>ቋሚ</translation>
        </message>
        <message>
            <source>Lay the document on the chip reader …</source>
            <translation>ሰነዱን በቺፕ አንባቢው ላይ ያስቀምጡ …</translation>
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
            <source>Least quality of a finger</source>
            <translation>የጣት ዝቅተኛ ጥራት</translation>
        </message>
        <message>
            <source>Least quality of an eye</source>
            <translation>የዓይን ዝቅተኛ ጥራት</translation>
        </message>
        <message>
            <source>Least quality of one finger</source>
            <translation>የአንድ ጣት ዝቅተኛ ጥራት</translation>
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
            <source>Level {level} of {most}</source>
            <translation>ደረጃ {level} ከ{most}</translation>
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
            <source>Light</source>
            <translation>ነጭ</translation>
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
            <source>Like with like</source>
            <translation>ተመሳሳይ ከተመሳሳይ</translation>
        </message>
        <message>
            <source>Limits of the station</source>
            <translation>የጣቢያው ገደቦች</translation>
        </message>
        <message>
            <source>Lists</source>
            <translation>ዝርዝሮች</translation>
        </message>
        <message>
            <source>Living face confirmed, attested or refused</source>
            <translation>ሕያው ፊት ተረጋግጧል፣ ተመስክሯል ወይም ተከልክሏል</translation>
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
            <source>Look at this registration before you approve it.</source>
            <translation>ከማጽደቅዎ በፊት ይህን ምዝገባ ይመልከቱ።</translation>
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
            <source>Looked up here</source>
            <translation>እዚህ የተፈለገ</translation>
        </message>
        <message>
            <source>Looking at what was before …</source>
            <translation>ቀደም ሲል የነበረው እየታየ ነው …</translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation>የማሽን ቁጥር</translation>
        </message>
        <message>
            <source>Made at station {station} by {name}, {time}</source>
            <translation>በጣቢያ {station} በ{name} ተዘጋጅቷል፣ {time}</translation>
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
            <source>Measured by</source>
            <translation>የለካው</translation>
        </message>
        <message>
            <source>Median</source>
            <translation>መካከለኛ</translation>
        </message>
        <message>
            <source>Median, s</source>
            <translation>መካከለኛ፣ ሰከንድ</translation>
        </message>
        <message>
            <source>Megabytes of the disk that have to be free</source>
            <translation>በዲስኩ ላይ ባዶ መሆን ያለባቸው ሜጋባይቶች</translation>
        </message>
        <message>
            <source>Megabytes on the disk</source>
            <translation>በዲስኩ ላይ ሜጋባይት</translation>
        </message>
        <message>
            <source>MiTrust answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>MiTrust ሊነበብ የማይችል መልስ ሰጠ። ቆይተው ይሞክሩ፣ ወይም ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>MiTrust did not accept what it was asked. Tell your administrator, and go on without it.</source>
            <translation>MiTrust የተጠየቀውን አልተቀበለም። ለአስተዳዳሪዎ ይንገሩ፣ ያለ እሱ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>MiTrust does not let this station ask without the person. Your administrator has to ask MiTrust for it.</source>
            <translation>MiTrust ይህ ጣቢያ ያለ ግለሰቡ እንዲጠይቅ አይፈቅድም። አስተዳዳሪዎ MiTrustን መጠየቅ አለባቸው።</translation>
        </message>
        <message>
            <source>MiTrust is being maintained just now. Go on without it, or try again later.</source>
            <translation>MiTrust አሁን ጥገና ላይ ነው። ያለ እሱ ይቀጥሉ፣ ወይም ቆይተው ይሞክሩ።</translation>
        </message>
        <message>
            <source>MiTrust was asked too often just now. The station asks again later by itself.</source>
            <translation>MiTrust አሁን ብዙ ጊዜ ተጠይቋል። ጣቢያው በራሱ ቆይቶ እንደገና ይጠይቃል።</translation>
        </message>
        <message>
            <source>Mine</source>
            <translation>የእኔ</translation>
        </message>
        <message>
            <source>Minutes before the lock in which it is told</source>
            <translation>ከመቆለፉ በፊት የሚነገርባቸው ደቂቃዎች</translation>
        </message>
        <message>
            <source>Minutes without a touch until the screen locks</source>
            <translation>ሳይነካ ስክሪኑ እስኪቆለፍ ያሉ ደቂቃዎች</translation>
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
            <source>My figures</source>
            <translation>የእኔ አኃዞች</translation>
        </message>
        <message>
            <source>My sign-in</source>
            <translation>የእኔ መግቢያ</translation>
        </message>
        <message>
            <source>My time for each step</source>
            <translation>በእያንዳንዱ ደረጃ የእኔ ጊዜ</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>ስም</translation>
        </message>
        <message>
            <source>Name and password are filled in on a training station. Press Sign in.</source>
            <translation>በልምምድ ጣቢያ ስምና የይለፍ ቃል ተሞልተዋል። መግቢያውን ይጫኑ።</translation>
        </message>
        <message>
            <source>Name the partner whom the claims are for: each knows the person by a number of its own.</source>
            <translation>መግለጫዎቹ ለማን እንደሆኑ አጋሩን ይጥቀሱ: እያንዳንዱ ግለሰቡን በራሱ ቁጥር ያውቃል።</translation>
        </message>
        <message>
            <source>Name the public key that signed the pack of networks as well.</source>
            <translation>የሞዴሎቹን ጥቅል የፈረመውን ይፋዊ ቁልፍም ይጥቀሱ።</translation>
        </message>
        <message>
            <source>Nationality</source>
            <translation>ዜግነት</translation>
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
            <source>Never mind</source>
            <translation>ይቅር</translation>
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
            <source>New version of what the server said counts from now on</source>
            <translation>አገልጋዩ ያለው አዲስ ስሪት ከአሁን ጀምሮ ይሠራል</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>ቀጣይ</translation>
        </message>
        <message>
            <source>Next field</source>
            <translation>ቀጣይ መስክ</translation>
        </message>
        <message>
            <source>Next figure</source>
            <translation>ቀጣይ አኃዝ</translation>
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
            <source>Next registration</source>
            <translation>ቀጣይ ምዝገባ</translation>
        </message>
        <message>
            <source>Next renewal</source>
            <translation>ቀጣይ እድሳት</translation>
        </message>
        <message>
            <source>Next: {names}</source>
            <translation>ቀጣይ: {names}</translation>
        </message>
        <message>
            <source>No bioAttributes are named, neither here nor in the ID schema.</source>
            <translation>bioAttributes አልተጠቀሱም፣ እዚህም በመታወቂያ ስኬማውም።</translation>
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
            <source>No decision about another station's registration waits to be handed back.</source>
            <translation>ስለ ሌላ ጣቢያ ምዝገባ ለመመለስ የሚጠብቅ ውሳኔ የለም።</translation>
        </message>
        <message>
            <source>No device and no officer stands out from the others.</source>
            <translation>ከሌሎቹ የተለየ መሣሪያም ሆነ ባለሙያ የለም።</translation>
        </message>
        <message>
            <source>No device called {name} is connected. Plug it in, or look in the list of devices what it is called.</source>
            <translation>{name} የሚባል መሣሪያ አልተገናኘም። ይሰኩት፣ ወይም ስሙን በመሣሪያዎች ዝርዝር ይመልከቱ።</translation>
        </message>
        <message>
            <source>No document was added.</source>
            <translation>ምንም ሰነድ አልተጨመረም።</translation>
        </message>
        <message>
            <source>No earlier version is kept here, so there is none to go back to.</source>
            <translation>ከዚህ በፊት የነበረ ስሪት እዚህ አልተቀመጠም፣ ስለዚህ የሚመለሱበት የለም።</translation>
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
            <source>No field is of the group {group}, which is always selected.</source>
            <translation>ሁልጊዜ የሚመረጠው ቡድን {group} መስክ የለውም።</translation>
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
            <source>No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and send what waits, or ask your administrator.</source>
            <translation>አዲስ ምዝገባ መጀመር አይቻልም: የዚህ ጣቢያ ገደብ ላይ ተደርሷል ({limit})። ከአገልጋዩ ጋር ተገናኝተው የሚጠብቀውን ይላኩ፣ ወይም አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>No other station reviews for this one. A supervisor accepts one by its key first.</source>
            <translation>ለዚህ ጣቢያ የሚገመግም ሌላ ጣቢያ የለም። መጀመሪያ ተቆጣጣሪ በቁልፉ ይቀበሉት።</translation>
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
            <source>No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at another socket.</source>
            <translation>በ{seconds} ሰከንድ ውስጥ ምስል አልመጣም። {kind} የሚጠቀሙ ሌሎች ፕሮግራሞችን ይዝጉ፣ ነቅለው በሌላ ሶኬት ይሰኩት።</translation>
        </message>
        <message>
            <source>No piece of evidence of this registration has such a file.</source>
            <translation>በዚህ ምዝገባ ማስረጃዎች ውስጥ እንዲህ ያለ ፋይል የለም።</translation>
        </message>
        <message>
            <source>No place of this name. Choose from the lists below.</source>
            <translation>በዚህ ስም ቦታ የለም። ከታች ካሉት ዝርዝሮች ይምረጡ።</translation>
        </message>
        <message>
            <source>No proof of identity brought such a document.</source>
            <translation>የትኛውም የማንነት ማረጋገጫ እንዲህ ያለ ሰነድ አላመጣም።</translation>
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
            <source>No sign of anything unusual.</source>
            <translation>ያልተለመደ ነገር ምልክት የለም።</translation>
        </message>
        <message>
            <source>No station of this number is known here.</source>
            <translation>በዚህ ቁጥር የሚታወቅ ጣቢያ እዚህ የለም።</translation>
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
            <source>No {kind} is connected. Plug it in; it goes on by itself.</source>
            <translation>{kind} አልተገናኘም። ይሰኩት፤ በራሱ ይቀጥላል።</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>አይ።</translation>
        </message>
        <message>
            <source>Nobody has proven this number at this station yet. Check it, ask somebody else, or take another way.</source>
            <translation>ይህን ቁጥር በዚህ ጣቢያ እስካሁን ማንም አላረጋገጠም። ቁጥሩን ይመልከቱ፣ ሌላ ሰው ይጠይቁ፣ ወይም ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>Nobody has proven who this person is at this station: there is no evidence to tell of.</source>
            <translation>ይህ ሰው ማን እንደሆነ በዚህ ጣቢያ ማንም አላረጋገጠም: የሚነገር ማስረጃ የለም።</translation>
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
            <source>Nobody waits for an answer at this address any more.</source>
            <translation>በዚህ አድራሻ መልስ የሚጠብቅ ከእንግዲህ የለም።</translation>
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
            <source>None of your decisions waits to be signed off.</source>
            <translation>መፈረም የሚጠብቅ ውሳኔ የለዎትም።</translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation>ዝግጁ አይደለም</translation>
        </message>
        <message>
            <source>Not every token could be renewed.</source>
            <translation>ሁሉም ቶከኖች ሊታደሱ አልቻሉም።</translation>
        </message>
        <message>
            <source>Not everything that was captured is asked for at this age. What is not asked for stays here and is not sent.</source>
            <translation>የተቀረጸው ሁሉ በዚህ ዕድሜ አይጠየቅም። የማይጠየቀው እዚህ ይቆያል፣ አይላክም።</translation>
        </message>
        <message>
            <source>Not renewed after</source>
            <translation>ከዚህ በኋላ አይታደስም</translation>
        </message>
        <message>
            <source>Not sure enough to be filled in: {fields}.</source>
            <translation>ለመሙላት በቂ እርግጠኛ ያልሆኑ: {fields}።</translation>
        </message>
        <message>
            <source>Not there just now: {names}</source>
            <translation>አሁን የሉም፦ {names}</translation>
        </message>
        <message>
            <source>Not told: {settings}.</source>
            <translation>አይታወቅም፦ {settings}።</translation>
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
            <source>Nothing found.</source>
            <translation>ምንም አልተገኘም።</translation>
        </message>
        <message>
            <source>Nothing found. What is sealed has a number and no name any more: look by the number.</source>
            <translation>ምንም አልተገኘም። የታሸገው ቁጥር እንጂ ስም የለውም፤ በቁጥሩ ይፈልጉ።</translation>
        </message>
        <message>
            <source>Nothing happened for {time}</source>
            <translation>ለ{time} ምንም አልተከሰተም</translation>
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
            <source>Nothing is captured by the name {attribute}.</source>
            <translation>{attribute} በሚል ስም ምንም አይቀረጽም።</translation>
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
            <source>Nothing is sent before a supervisor approved it</source>
            <translation>ተቆጣጣሪ ከማጽደቁ በፊት ምንም አይላክም</translation>
        </message>
        <message>
            <source>Nothing is shown for the control {control}; known are {known}.</source>
            <translation>ለመቆጣጠሪያ {control} ምንም አይታይም፤ የሚታወቁት {known} ናቸው።</translation>
        </message>
        <message>
            <source>Nothing of that name can be measured. There are: {areas}.</source>
            <translation>በዚህ ስም የሚለካ ነገር የለም። ያሉት: {areas}።</translation>
        </message>
        <message>
            <source>Nothing older of this kind is kept to compare it with.</source>
            <translation>ለማወዳደር የዚህ ዓይነት የቆየ ነገር አልተቀመጠም።</translation>
        </message>
        <message>
            <source>Nothing on it could be read by the station: look whether kind and number are right.</source>
            <translation>ጣቢያው ከእሱ ምንም ማንበብ አልቻለም፤ ዓይነቱና ቁጥሩ ትክክል መሆናቸውን ይመልከቱ።</translation>
        </message>
        <message>
            <source>Nothing on this chip can show that it is not a copy. Compare the document itself.</source>
            <translation>በዚህ ቺፕ ላይ ቅጂ አለመሆኑን የሚያሳይ ምንም የለም። ሰነዱን ራሱን ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>Nothing that others could check shows yet who this person is.</source>
            <translation>ይህ ሰው ማን እንደሆነ የሚያሳይ፣ ሌሎች ሊያረጋግጡት የሚችሉ ነገር እስካሁን የለም።</translation>
        </message>
        <message>
            <source>Nothing waits for a review here.</source>
            <translation>እዚህ ግምገማ የሚጠብቅ የለም።</translation>
        </message>
        <message>
            <source>Nothing waits for a review.</source>
            <translation>ግምገማ የሚጠብቅ የለም።</translation>
        </message>
        <message>
            <source>Nothing was changed here: every setting is as it was shipped.</source>
            <translation>እዚህ ምንም አልተለወጠም፦ እያንዳንዱ ቅንብር እንደ መጀመሪያው ነው።</translation>
        </message>
        <message>
            <source>Nothing was filled in.</source>
            <translation>ምንም አልተሞላም።</translation>
        </message>
        <message>
            <source>Nothing was said.</source>
            <translation>ምንም አልተባለም።</translation>
        </message>
        <message>
            <source>Nothing was sealed in the last {days} days, so that nothing can be compared.</source>
            <translation>ባለፉት {days} ቀናት ምንም አልታሸገም፤ ስለዚህ የሚወዳደር የለም።</translation>
        </message>
        <message>
            <source>Nothing was written as a signature. Ask the person to sign again.</source>
            <translation>እንደ ፊርማ የተጻፈ የለም። ግለሰቡ እንደገና እንዲፈርሙ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation>ምንም።</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>አሁን</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>ብዛት</translation>
        </message>
        <message>
            <source>Number of the document</source>
            <translation>የሰነዱ ቁጥር</translation>
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
            <source>Officer</source>
            <translation>ባለሙያ</translation>
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
            <source>On their own screen.</source>
            <translation>በራሳቸው ማያ ላይ።</translation>
        </message>
        <message>
            <source>On this screen, turned to them.</source>
            <translation>በዚህ ማያ ላይ፣ ወደ እነሱ ዞሮ።</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>አንድ ጊዜ ደግመው</translation>
        </message>
        <message>
            <source>Once more (Space)</source>
            <translation>አንድ ጊዜ ደግመህ (Space)</translation>
        </message>
        <message>
            <source>Once more: {fingers}.</source>
            <translation>አንድ ጊዜ ደግመው: {fingers}።</translation>
        </message>
        <message>
            <source>One after the other</source>
            <translation>አንዱ ከሌላው በኋላ</translation>
        </message>
        <message>
            <source>One capture of whoever brings the child is enough. Choose which one.</source>
            <translation>ልጁን የሚያመጣው ሰው አንድ ቀረጻ በቂ ነው። የትኛውን እንደሆነ ይምረጡ።</translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation>አንድ ጣት ወይም ዓይን አልታየም። ሁሉንም አስቀምጠው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>One of the two is needed: {field} or {other}.</source>
            <translation>ከሁለቱ አንዱ ያስፈልጋል: {field} ወይም {other}።</translation>
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
            <source>One reliable source shows who this person is.</source>
            <translation>አንድ ታማኝ ምንጭ ይህ ሰው ማን እንደሆነ ያሳያል።</translation>
        </message>
        <message>
            <source>One-time code</source>
            <translation>የአንድ ጊዜ ኮድ</translation>
        </message>
        <message>
            <source>Only GovStack's words can be sent to a server. Leave --put out, to print them.</source>
            <translation>ወደ አገልጋይ ሊላኩ የሚችሉት የGovStack ቃላት ብቻ ናቸው። ለማተም --put ይተዉ።</translation>
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
            <source>Only the age is known</source>
            <translation>ዕድሜው ብቻ ይታወቃል</translation>
        </message>
        <message>
            <source>Only the first {count} differences are shown.</source>
            <translation>የመጀመሪያዎቹ {count} ልዩነቶች ብቻ ይታያሉ።</translation>
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
            <source>Operator added</source>
            <translation>ሠራተኛ ተጨምሯል</translation>
        </message>
        <message>
            <source>Operator blocked</source>
            <translation>ሠራተኛ ታግዷል</translation>
        </message>
        <message>
            <source>Operator changed the own password</source>
            <translation>ሠራተኛ የራሱን የይለፍ ቃል ቀይሯል</translation>
        </message>
        <message>
            <source>Operator got a new password from an administrator</source>
            <translation>ሠራተኛ ከአስተዳዳሪ አዲስ የይለፍ ቃል አግኝቷል</translation>
        </message>
        <message>
            <source>Operator no longer blocked</source>
            <translation>ሠራተኛ ከእንግዲህ አልታገደም</translation>
        </message>
        <message>
            <source>Operator removed</source>
            <translation>ሠራተኛ ተወግዷል</translation>
        </message>
        <message>
            <source>Operator signed in</source>
            <translation>ሠራተኛ ገብቷል</translation>
        </message>
        <message>
            <source>Operator signed in at the server</source>
            <translation>ሠራተኛ በአገልጋዩ ገብቷል</translation>
        </message>
        <message>
            <source>Operator signed out</source>
            <translation>ሠራተኛ ወጥቷል</translation>
        </message>
        <message>
            <source>Operator's finger taken instead of a password</source>
            <translation>በይለፍ ቃል ምትክ የሠራተኛ ጣት ተወስዷል</translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation>ወጪ ሳጥን</translation>
        </message>
        <message>
            <source>Packet</source>
            <translation>ጥቅል</translation>
        </message>
        <message>
            <source>Packet accepted by the server</source>
            <translation>ጥቅል በአገልጋዩ ተቀባይነት አግኝቷል</translation>
        </message>
        <message>
            <source>Packet announced to the server</source>
            <translation>ጥቅል ለአገልጋዩ ተነግሯል</translation>
        </message>
        <message>
            <source>Packet of another station accepted by the server</source>
            <translation>የሌላ ጣቢያ ጥቅል በአገልጋዩ ተቀባይነት አግኝቷል</translation>
        </message>
        <message>
            <source>Packet of another station taken from a drive</source>
            <translation>የሌላ ጣቢያ ጥቅል ከድራይቭ ተወስዷል</translation>
        </message>
        <message>
            <source>Packet refused for good; waits for a person</source>
            <translation>ጥቅል በመጨረሻ ውድቅ ሆኗል፤ ሰው ይጠብቃል</translation>
        </message>
        <message>
            <source>Packet sealed</source>
            <translation>ጥቅል ታሽጓል</translation>
        </message>
        <message>
            <source>Packet to be sent again at a person's wish</source>
            <translation>ጥቅል በሰው ጥያቄ እንደገና ሊላክ ነው</translation>
        </message>
        <message>
            <source>Packets</source>
            <translation>ጥቅሎች</translation>
        </message>
        <message>
            <source>Packets not sent</source>
            <translation>ያልተላኩ ጥቅሎች</translation>
        </message>
        <message>
            <source>Packets now</source>
            <translation>አሁን ያሉ ጥቅሎች</translation>
        </message>
        <message>
            <source>Packets on a drive refused</source>
            <translation>በድራይቭ ያሉ ጥቅሎች ተቀባይነት አላገኙም</translation>
        </message>
        <message>
            <source>Packets that may wait for review</source>
            <translation>ግምገማ ሊጠብቁ የሚችሉ ጥቅሎች</translation>
        </message>
        <message>
            <source>Packets that may wait to be sent</source>
            <translation>መላክ ሊጠብቁ የሚችሉ ጥቅሎች</translation>
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
            <source>Paper</source>
            <translation>ወረቀት</translation>
        </message>
        <message>
            <source>Paper is stuck in the scanner. Take it out, lay the page in again and scan again.</source>
            <translation>ወረቀት በስካነሩ ውስጥ ተጣብቋል። ያውጡት፣ ገጹን እንደገና አስገብተው ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>Parent or guardian</source>
            <translation>ወላጅ ወይም አሳዳጊ</translation>
        </message>
        <message>
            <source>Parent or guardian: {name}</source>
            <translation>ወላጅ ወይም አሳዳጊ: {name}</translation>
        </message>
        <message>
            <source>Passport</source>
            <translation>ፓስፖርት</translation>
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
            <source>Paused. Everything taken so far is kept; go on whenever the person is ready.</source>
            <translation>ለጊዜው ቆሟል። እስካሁን የተወሰደው ሁሉ ተቀምጧል፤ ግለሰቡ ዝግጁ ሲሆኑ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>People</source>
            <translation>ሰዎች</translation>
        </message>
        <message>
            <source>People are asked aloud during captures, by {voice}.</source>
            <translation>በቀረጻ ጊዜ ሰዎች በድምፅ ይጠየቃሉ፣ በ{voice}።</translation>
        </message>
        <message>
            <source>People of this station</source>
            <translation>የዚህ ጣቢያ ሰዎች</translation>
        </message>
        <message>
            <source>Person answered to what they were shown</source>
            <translation>ግለሰቡ ለታያቸው መልስ ሰጥተዋል</translation>
        </message>
        <message>
            <source>Person did not agree; the registration ended</source>
            <translation>ግለሰቡ አልተስማሙም፤ ምዝገባው አብቅቷል</translation>
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
            <source>Photo of the exception taken</source>
            <translation>የልዩ ሁኔታው ፎቶ ተወስዷል</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>ምስል</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>ምስሎች</translation>
        </message>
        <message>
            <source>Pieces of evidence</source>
            <translation>የማስረጃ ክፍሎች</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>የተገኙ ቦታዎች</translation>
        </message>
        <message>
            <source>Plaintext content destroyed</source>
            <translation>ያልተመሰጠረ ይዘት ተደምስሷል</translation>
        </message>
        <message>
            <source>Playing asks nobody and stores nothing.</source>
            <translation>ማጫወት ማንንም አይጠይቅም፤ ምንም አያስቀምጥም።</translation>
        </message>
        <message>
            <source>Please hold still.</source>
            <translation>እባክዎ ሳይንቀሳቀሱ ይቆዩ።</translation>
        </message>
        <message>
            <source>Please lay both thumbs side by side on the glass.</source>
            <translation>እባክዎ ሁለቱንም አውራ ጣቶች ጎን ለጎን በመስታወቱ ላይ ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lay four fingers of your left hand flat on the glass.</source>
            <translation>እባክዎ የግራ እጅዎን አራት ጣቶች በመስታወቱ ላይ ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lay four fingers of your right hand flat on the glass.</source>
            <translation>እባክዎ የቀኝ እጅዎን አራት ጣቶች በመስታወቱ ላይ ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lay the fingers of your left hand flat on the glass.</source>
            <translation>እባክዎ የግራ እጅዎን ጣቶች በመስታወቱ ላይ ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lay the fingers of your right hand flat on the glass.</source>
            <translation>እባክዎ የቀኝ እጅዎን ጣቶች በመስታወቱ ላይ ዘርግተው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lay your thumb on the glass.</source>
            <translation>እባክዎ አውራ ጣትዎን በመስታወቱ ላይ ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please lift your hand and lay it on the glass once more.</source>
            <translation>እባክዎ እጅዎን አንስተው እንደገና በመስታወቱ ላይ ያስቀምጡ።</translation>
        </message>
        <message>
            <source>Please look into the device and keep both eyes wide open.</source>
            <translation>እባክዎ ወደ መሣሪያው ይመልከቱ፣ ሁለቱንም ዓይኖች በሰፊው ከፍተው ይቆዩ።</translation>
        </message>
        <message>
            <source>Please look into the device and keep the eye wide open.</source>
            <translation>እባክዎ ወደ መሣሪያው ይመልከቱ፣ ዓይንዎን በሰፊው ከፍተው ይቆዩ።</translation>
        </message>
        <message>
            <source>Please look straight into the camera.</source>
            <translation>እባክዎ ቀጥታ ወደ ካሜራው ይመልከቱ።</translation>
        </message>
        <message>
            <source>Please stay in front of the camera for one more picture.</source>
            <translation>እባክዎ ለአንድ ተጨማሪ ምስል ከካሜራው ፊት ይቆዩ።</translation>
        </message>
        <message>
            <source>Please use the other hand or eye.</source>
            <translation>እባክዎ ሌላኛውን እጅ ወይም ዓይን ይጠቀሙ።</translation>
        </message>
        <message>
            <source>Plugged in</source>
            <translation>የተሰኩ</translation>
        </message>
        <message>
            <source>Point at what cannot be captured</source>
            <translation>ሊቀረጽ የማይችለውን ያመልክቱ</translation>
        </message>
        <message>
            <source>Points by which a living face may be close</source>
            <translation>ሕያው ፊት ለገደቡ ቅርብ የሚባልበት ነጥብ</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>መመሪያ</translation>
        </message>
        <message>
            <source>Poor captures were kept</source>
            <translation>ደካማ ቀረጻዎች ተቀምጠዋል</translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation>ወደብ {port} በሌላ ፕሮግራም ተይዟል። ሌላ ይምረጡ።</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>የፊት ምስል</translation>
        </message>
        <message>
            <source>Portrait of a document compared with the face</source>
            <translation>የሰነድ ፎቶ ከፊቱ ጋር ተነጻጽሯል</translation>
        </message>
        <message>
            <source>Pre-registration</source>
            <translation>ቅድመ ምዝገባ</translation>
        </message>
        <message>
            <source>Pre-registration fetched and kept</source>
            <translation>ቅድመ ምዝገባ መጥቶ ተቀምጧል</translation>
        </message>
        <message>
            <source>Pre-registration taken into a registration</source>
            <translation>ቅድመ ምዝገባ ወደ ምዝገባ ተወስዷል</translation>
        </message>
        <message>
            <source>Pre-registrations destroyed, their time being over</source>
            <translation>ጊዜያቸው ያለፈ ቅድመ ምዝገባዎች ተደምስሰዋል</translation>
        </message>
        <message>
            <source>Prefill</source>
            <translation>ቅድመ ሙሌት</translation>
        </message>
        <message>
            <source>Press Scan: what the page says is filled into the form. Then go on.</source>
            <translation>ቃኝን ይጫኑ፦ ገጹ የሚለው በቅጹ ውስጥ ይሞላል። ከዚያ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>Press Start once. Everything is taken by itself; it stops where you have to decide.</source>
            <translation>ጀምርን አንድ ጊዜ ይጫኑ። ሁሉም በራሱ ይወሰዳል፤ መወሰን ባለብዎት ቦታ ይቆማል።</translation>
        </message>
        <message>
            <source>Press Start: everything is then taken by itself, one after the other.</source>
            <translation>ጀምርን ይጫኑ: ከዚያ ሁሉም በራሱ አንድ በአንድ ይወሰዳል።</translation>
        </message>
        <message>
            <source>Press again to remove {name} for good, with finger and face.</source>
            <translation>{name}ን ከጣትና ከፊት ጋር ለዘለቄታው ለማስወገድ እንደገና ይጫኑ።</translation>
        </message>
        <message>
            <source>Press the button that has the frame, or tick the box</source>
            <translation>ፍሬም ያለበትን ቁልፍ መጫን፣ ወይም ሳጥኑ ላይ ምልክት ማድረግ</translation>
        </message>
        <message>
            <source>Press the coloured button</source>
            <translation>ባለ ቀለሙን ቁልፍ መጫን</translation>
        </message>
        <message>
            <source>Press the large button: somebody new sits down before you.</source>
            <translation>ትልቁን አዝራር ይጫኑ፦ አዲስ ሰው ከፊትዎ ተቀምጧል።</translation>
        </message>
        <message>
            <source>Press the way the person chooses, and do what stands in the middle.</source>
            <translation>ሰውዬው የመረጠውን መንገድ ይጫኑ፣ መሃል ላይ የተጻፈውንም ያድርጉ።</translation>
        </message>
        <message>
            <source>Previous registration</source>
            <translation>ቀዳሚ ምዝገባ</translation>
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
            <source>Print the slip if you like, then press Next person. Sending goes on by itself.</source>
            <translation>ከፈለጉ ማረጋገጫውን ያትሙ፣ ከዚያ ቀጣዩን ሰው ይጫኑ። መላኩ በራሱ ይቀጥላል።</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>ማተሚያ</translation>
        </message>
        <message>
            <source>Printing …</source>
            <translation>እየታተመ ነው …</translation>
        </message>
        <message>
            <source>Proof of address</source>
            <translation>የአድራሻ ማረጋገጫ</translation>
        </message>
        <message>
            <source>Proof of an identity put together</source>
            <translation>የማንነት ማረጋገጫ ተዘጋጅቷል</translation>
        </message>
        <message>
            <source>Proof of an identity written; what it rests on destroyed here</source>
            <translation>የማንነት ማረጋገጫ ተጽፏል፤ የተመሠረተበት እዚህ ጠፍቷል</translation>
        </message>
        <message>
            <source>Proof of identity</source>
            <translation>የማንነት ማረጋገጫ</translation>
        </message>
        <message>
            <source>Proof of identity cancelled</source>
            <translation>የማንነት ማረጋገጫ ተሰርዟል</translation>
        </message>
        <message>
            <source>Proof of identity started</source>
            <translation>የማንነት ማረጋገጫ ተጀምሯል</translation>
        </message>
        <message>
            <source>Proof of identity went on</source>
            <translation>የማንነት ማረጋገጫ ቀጥሏል</translation>
        </message>
        <message>
            <source>Proof of identity: what this station asks for</source>
            <translation>የማንነት ማረጋገጫ: ይህ ጣቢያ የሚጠይቀው</translation>
        </message>
        <message>
            <source>Proof signed by the service</source>
            <translation>በአገልግሎቱ የተፈረመ ማረጋገጫ</translation>
        </message>
        <message>
            <source>Proofing configuration</source>
            <translation>የማረጋገጫ ውቅር</translation>
        </message>
        <message>
            <source>Proofing configuration set</source>
            <translation>የማረጋገጫ ውቅር ተቀምጧል</translation>
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
            <source>Quality</source>
            <translation>ጥራት</translation>
        </message>
        <message>
            <source>Quality by device</source>
            <translation>ጥራት በመሣሪያ</translation>
        </message>
        <message>
            <source>Quality by officer</source>
            <translation>ጥራት በባለሙያ</translation>
        </message>
        <message>
            <source>Quality of what I capture</source>
            <translation>የምወስዳቸው ጥራት</translation>
        </message>
        <message>
            <source>Read a document</source>
            <translation>ሰነድ አንብብ</translation>
        </message>
        <message>
            <source>Read the chip</source>
            <translation>ቺፑን አንብብ</translation>
        </message>
        <message>
            <source>Read the text to the person, or show it to them with F8. They agree: press the button.</source>
            <translation>ጽሑፉን ለሰውዬው ያንብቡለት ወይም በF8 ያሳዩት። ሲስማማ አዝራሩን ይጫኑ።</translation>
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
            <source>Reading what it says …</source>
            <translation>የሚለው እየተነበበ ነው …</translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation>እየተነበበ ነው …</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>ምክንያት</translation>
        </message>
        <message>
            <source>Reason given for samples below the threshold</source>
            <translation>ከገደቡ በታች ላሉ ናሙናዎች ምክንያት ተሰጥቷል</translation>
        </message>
        <message>
            <source>Record of a register</source>
            <translation>የመዝገብ መረጃ</translation>
        </message>
        <message>
            <source>Records of the trail, the newest first</source>
            <translation>የኦዲት ሰንሰለቱ መዝገቦች፣ አዲሶቹ መጀመሪያ</translation>
        </message>
        <message>
            <source>Recurring job ran</source>
            <translation>ተደጋጋሚ ሥራ ተከናውኗል</translation>
        </message>
        <message>
            <source>Registered at station</source>
            <translation>የተመዘገበበት ጣቢያ</translation>
        </message>
        <message>
            <source>Registration</source>
            <translation>ምዝገባ</translation>
        </message>
        <message>
            <source>Registration confirmed by a supervisor</source>
            <translation>ምዝገባ በተቆጣጣሪ ተረጋግጧል</translation>
        </message>
        <message>
            <source>Registration discarded</source>
            <translation>ምዝገባ ተጥሏል</translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation>ምዝገባው ተጠናቋል</translation>
        </message>
        <message>
            <source>Registration handed out to be reviewed elsewhere</source>
            <translation>ምዝገባ በሌላ ቦታ እንዲገመገም ተሰጥቷል</translation>
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
            <source>Registration resumed</source>
            <translation>ምዝገባ ቀጥሏል</translation>
        </message>
        <message>
            <source>Registration signed by the officer</source>
            <translation>ምዝገባ በባለሙያው ተፈርሟል</translation>
        </message>
        <message>
            <source>Registration started</source>
            <translation>ምዝገባ ተጀምሯል</translation>
        </message>
        <message>
            <source>Registration was shown to a supervisor for review</source>
            <translation>ምዝገባ ለግምገማ ለተቆጣጣሪ ታይቷል</translation>
        </message>
        <message>
            <source>Registration {number}</source>
            <translation>ምዝገባ {number}</translation>
        </message>
        <message>
            <source>Registration's proof of identity settled</source>
            <translation>የምዝገባው ማንነት ማረጋገጫ ተወስኗል</translation>
        </message>
        <message>
            <source>Registrations</source>
            <translation>ምዝገባዎች</translation>
        </message>
        <message>
            <source>Registrations before an officer's exceptions are a sign</source>
            <translation>የሠራተኛ ልዩ ሁኔታዎች ምልክት ከመሆናቸው በፊት ያሉ ምዝገባዎች</translation>
        </message>
        <message>
            <source>Registrations by day</source>
            <translation>ምዝገባዎች በቀን</translation>
        </message>
        <message>
            <source>Registrations by hour</source>
            <translation>ምዝገባዎች በሰዓት</translation>
        </message>
        <message>
            <source>Registrations put into the list for review</source>
            <translation>ምዝገባዎች ወደ ግምገማ ዝርዝር ገብተዋል</translation>
        </message>
        <message>
            <source>Registrations to be reviewed, the riskiest first</source>
            <translation>ሊገመገሙ የሚገባቸው ምዝገባዎች፣ አስጊዎቹ መጀመሪያ</translation>
        </message>
        <message>
            <source>Registrations until hints go away by themselves</source>
            <translation>ፍንጮች በራሳቸው ከመጥፋታቸው በፊት ያሉ ምዝገባዎች</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>ውድቅ አድርግ</translation>
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
            <source>Renew</source>
            <translation>አድስ</translation>
        </message>
        <message>
            <source>Results of a proof of identity written</source>
            <translation>የማንነት ማረጋገጫ ውጤቶች ተጽፈዋል</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>ግምገማ</translation>
        </message>
        <message>
            <source>Review ({count})</source>
            <translation>ግምገማ ({count})</translation>
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
            <source>Roles of an operator changed</source>
            <translation>የሠራተኛ ሚናዎች ተቀይረዋል</translation>
        </message>
        <message>
            <source>Roll of 58 mm</source>
            <translation>የ58 mm ጥቅልል</translation>
        </message>
        <message>
            <source>Roll of 80 mm</source>
            <translation>የ80 mm ጥቅልል</translation>
        </message>
        <message>
            <source>Rule {rule} takes something from {source}, which is no step that finds anything.</source>
            <translation>ደንብ {rule} ከ{source} ይወስዳል፤ እሱ ግን ምንም የሚያገኝ ደረጃ አይደለም።</translation>
        </message>
        <message>
            <source>Save a copy</source>
            <translation>ቅጂ አስቀምጥ</translation>
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
            <source>Say in a few words why the settings change.</source>
            <translation>ቅንብሮቹ ለምን እንደሚለወጡ በአጭሩ ይግለጹ።</translation>
        </message>
        <message>
            <source>Say why this proof of identity is cancelled.</source>
            <translation>ይህ የማንነት ማረጋገጫ ለምን እንደተሰረዘ ይግለጹ።</translation>
        </message>
        <message>
            <source>Says something else than the form: {fields}. Decide in Details.</source>
            <translation>ከቅጹ ሌላ ይላል: {fields}። በዝርዝሮች ውስጥ ይወስኑ።</translation>
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
            <source>Screen locked</source>
            <translation>ማያው ተቆልፏል</translation>
        </message>
        <message>
            <source>Screen unlocked</source>
            <translation>ማያው ተከፍቷል</translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation>አሽግና ላክ</translation>
        </message>
        <message>
            <source>Sealed</source>
            <translation>የታሸጉ</translation>
        </message>
        <message>
            <source>Sealed and sent</source>
            <translation>የታሸጉና የተላኩ</translation>
        </message>
        <message>
            <source>Sealed far away</source>
            <translation>ሩቅ ቦታ ታሸገ</translation>
        </message>
        <message>
            <source>Sealed packet destroyed, the server being done with it</source>
            <translation>አገልጋዩ ስለጨረሰ የታሸገ ጥቅል ተደምስሷል</translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation>{size} kB የሆነ የታሸገ ጥቅል በወጪ ሳጥን አለ።</translation>
        </message>
        <message>
            <source>Sealed {kilometres} km from where this station stands.</source>
            <translation>ይህ ጣቢያ ካለበት {kilometres} km ርቀት ላይ ታሽጓል።</translation>
        </message>
        <message>
            <source>Sealing a signed registration failed</source>
            <translation>የተፈረመ ምዝገባ ማሸግ አልተሳካም</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>ፈልግ</translation>
        </message>
        <message>
            <source>Searched for</source>
            <translation>የተፈለጉ</translation>
        </message>
        <message>
            <source>Searches for duplicates</source>
            <translation>የድግግሞሽ ፍለጋዎች</translation>
        </message>
        <message>
            <source>Second language</source>
            <translation>ሁለተኛ ቋንቋ</translation>
        </message>
        <message>
            <source>Seconds a clock may be set back</source>
            <translation>ሰዓት ወደ ኋላ ሊመለስ የሚችልባቸው ሰከንዶች</translation>
        </message>
        <message>
            <source>Seconds between this clock and the server's</source>
            <translation>በዚህ ሰዓትና በአገልጋዩ ሰዓት መካከል ያሉ ሰከንዶች</translation>
        </message>
        <message>
            <source>Seconds of the first wait; the next ones are twice as long each</source>
            <translation>የመጀመሪያው ጥበቃ ሰከንዶች፤ እያንዳንዱ ተከታይ እጥፍ ይሆናል</translation>
        </message>
        <message>
            <source>Seconds of the longest wait</source>
            <translation>የረጅሙ ጥበቃ ሰከንዶች</translation>
        </message>
        <message>
            <source>Secret of a proofing method kept</source>
            <translation>የማረጋገጫ ዘዴ ምስጢር ተቀምጧል</translation>
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
            <source>Send back</source>
            <translation>መልሰህ ላክ</translation>
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
            <source>Sending continued</source>
            <translation>መላክ ቀጥሏል</translation>
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
            <source>Sending paused</source>
            <translation>መላክ ለጊዜው ቆሟል</translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation>እየተላከ ነው …</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>የተላኩ</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>አገልጋይ</translation>
        </message>
        <message>
            <source>Server asked what became of packets</source>
            <translation>አገልጋዩ ጥቅሎቹ ምን እንደሆኑ ተጠይቋል</translation>
        </message>
        <message>
            <source>Server certificate stored</source>
            <translation>የአገልጋይ ሰርተፍኬት ተቀምጧል</translation>
        </message>
        <message>
            <source>Server said the same as before</source>
            <translation>አገልጋዩ እንደ ቀድሞው ብሏል</translation>
        </message>
        <message>
            <source>Server said what became of a packet</source>
            <translation>አገልጋዩ ጥቅል ምን እንደሆነ ነግሯል</translation>
        </message>
        <message>
            <source>Server wants a packet sent again</source>
            <translation>አገልጋዩ ጥቅል እንደገና እንዲላክ ይፈልጋል</translation>
        </message>
        <message>
            <source>Service asked whether it is there</source>
            <translation>አገልግሎት መኖሩ ተጠይቋል</translation>
        </message>
        <message>
            <source>Services that prove who people are. Checking whether they are there tells them of nobody.</source>
            <translation>የሰዎችን ማንነት የሚያረጋግጡ አገልግሎቶች። መኖራቸውን ማረጋገጥ ስለማንም አይነግራቸውም።</translation>
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
            <source>Set-up bundle imported</source>
            <translation>የማዋቀሪያ ፋይል ገብቷል</translation>
        </message>
        <message>
            <source>Setting</source>
            <translation>ቅንብር</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>ቅንብሮች</translation>
        </message>
        <message>
            <source>Settings of the station changed</source>
            <translation>የጣቢያው ቅንብሮች ተለወጡ</translation>
        </message>
        <message>
            <source>Settings to be changed: {count}</source>
            <translation>የሚለወጡ ቅንብሮች፦ {count}</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>ፆታ</translation>
        </message>
        <message>
            <source>Share of the rest that is looked at (0 to 1)</source>
            <translation>ከቀሪው የሚታየው ድርሻ (ከ0 እስከ 1)</translation>
        </message>
        <message>
            <source>Shared document</source>
            <translation>የተጋራ ሰነድ</translation>
        </message>
        <message>
            <source>Sharing of details</source>
            <translation>ዝርዝሮችን ማጋራት</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>ሁሉንም አሳይ</translation>
        </message>
        <message>
            <source>Show to the camera</source>
            <translation>ለካሜራው አሳይ</translation>
        </message>
        <message>
            <source>Show to the person</source>
            <translation>ለግለሰቡ አሳይ</translation>
        </message>
        <message>
            <source>Show to the person ({key})</source>
            <translation>ለግለሰቡ አሳይ ({key})</translation>
        </message>
        <message>
            <source>Show where</source>
            <translation>የት እንደሆነ አሳይ</translation>
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
            <source>Sign off</source>
            <translation>ፈርመህ አጽና</translation>
        </message>
        <message>
            <source>Sign off ({count})</source>
            <translation>ፈርመህ አጽና ({count})</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>ውጣ</translation>
        </message>
        <message>
            <source>Sign the change</source>
            <translation>ለውጡን ይፈርሙ</translation>
        </message>
        <message>
            <source>Sign-in at a provider</source>
            <translation>በአቅራቢ ዘንድ መግባት</translation>
        </message>
        <message>
            <source>Sign-in at the server failed</source>
            <translation>በአገልጋዩ መግባት አልተሳካም</translation>
        </message>
        <message>
            <source>Signed and kept. It can be sealed once this station has reached the server for the first time; until then it waits on the desk.</source>
            <translation>ተፈርሞ ተቀምጧል። ይህ ጣቢያ ለመጀመሪያ ጊዜ ከአገልጋዩ ሲገናኝ ሊታሸግ ይችላል፤ እስከዚያ በዴስኩ ይጠብቃል።</translation>
        </message>
        <message>
            <source>Signed by the key {fingerprint}</source>
            <translation>በቁልፍ {fingerprint} ተፈርሟል</translation>
        </message>
        <message>
            <source>Signed report about a registration written</source>
            <translation>ስለ ምዝገባ የተፈረመ ዘገባ ተጽፏል</translation>
        </message>
        <message>
            <source>Signed. It is sealed in the background; the next person may sit down.</source>
            <translation>ተፈርሟል። በስተኋላ እየታሸገ ነው፤ ቀጣዩ ሰው ሊቀመጡ ይችላሉ።</translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation>እየተፈረመ ነው …</translation>
        </message>
        <message>
            <source>Signs for and against a living face were shown</source>
            <translation>ሕያው ፊትን የሚደግፉና የሚቃወሙ ምልክቶች ታይተዋል</translation>
        </message>
        <message>
            <source>Since when it counts</source>
            <translation>ከመቼ ጀምሮ እንደሚጸና</translation>
        </message>
        <message>
            <source>Since {since} nobody was wrong with a password.</source>
            <translation>ከ{since} ጀምሮ ማንም የይለፍ ቃል አልተሳሳተም።</translation>
        </message>
        <message>
            <source>Since {since} nothing was done here that a limit could have stopped.</source>
            <translation>ከ{since} ጀምሮ ገደብ ሊያቆመው የሚችል ምንም ነገር እዚህ አልተሠራም።</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times. How often more it would have cannot be told: when somebody last touched the computer is not kept.</source>
            <translation>ከ{since} ጀምሮ ማያ ገጹ {locks} ጊዜ በራሱ ተቆልፏል። ምን ያህል ተጨማሪ ጊዜ ይቆለፍ እንደነበር አይታወቅም፦ ኮምፒዩተሩ መጨረሻ የተነካበት ጊዜ አይመዘገብም።</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times; {spared} times it would not have.</source>
            <translation>ከ{since} ጀምሮ ማያ ገጹ {locks} ጊዜ በራሱ ተቆልፏል፤ {spared} ጊዜ አይቆለፍም ነበር።</translation>
        </message>
        <message>
            <source>Since {since} the station would have stood still on {stopped} more days, and no longer on {freed}; {begun} of {all} registrations were begun meanwhile (told from {records} records of the trail).</source>
            <translation>ከ{since} ጀምሮ ጣቢያው በ{stopped} ተጨማሪ ቀናት ይቆም ነበር፣ በ{freed} ቀናት ደግሞ አይቆምም ነበር፤ በዚህ ጊዜ ከ{all} ምዝገባዎች {begun} ተጀምረዋል (ከ{records} የክትትል መዝገቦች)።</translation>
        </message>
        <message>
            <source>Since {since} there were {wrong} wrong attempts in {rows} series; in {differing} of them the wait would have been another one.</source>
            <translation>ከ{since} ጀምሮ በ{rows} ተከታታዮች {wrong} የተሳሳቱ ሙከራዎች ነበሩ፤ ከእነሱ በ{differing} ውስጥ የመጠበቂያ ጊዜው ይለያይ ነበር።</translation>
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
            <source>Six digits</source>
            <translation>ስድስት አሃዞች</translation>
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
            <source>Slip printed or written</source>
            <translation>ደረሰኝ ታትሟል ወይም ተጽፏል</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>ትንሽ</translation>
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
            <source>Somebody looks alike</source>
            <translation>የሚመሳሰል ሰው አለ</translation>
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
            <source>Somebody vouched</source>
            <translation>አንድ ሰው መሰከረ</translation>
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
            <source>Something is wrong with the chip. Nothing was taken from it. Call your supervisor.</source>
            <translation>ቺፑ ችግር አለበት። ከእሱ ምንም አልተወሰደም። ተቆጣጣሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell your supervisor if it stays.</source>
            <translation>በፕሮግራሙ ውስጥ ስህተት ተፈጥሯል ({kind})። ቀደም ሲል የተረጋገጠው ተቀምጧል፤ እንደገና ይሞክሩ፣ ከቀጠለም ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>Something went wrong with this service when it was asked last. Check it again.</source>
            <translation>ይህ አገልግሎት መጨረሻ በተጠየቀ ጊዜ ችግር ተፈጥሯል። እንደገና ያረጋግጡ።</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>Space</translation>
        </message>
        <message>
            <source>Speaks against it</source>
            <translation>የሚቃወመው</translation>
        </message>
        <message>
            <source>Speed of sending limited</source>
            <translation>የመላኪያ ፍጥነት ተገድቧል</translation>
        </message>
        <message>
            <source>Standing</source>
            <translation>ሁኔታ</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>ጀምር</translation>
        </message>
        <message>
            <source>Start (Space)</source>
            <translation>ጀምር (Space)</translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation>አዲስ ምዝገባ ጀምር</translation>
        </message>
        <message>
            <source>Start, go on, or take the picture</source>
            <translation>ጀምር፣ ቀጥል፣ ወይም ምስሉን ውሰድ</translation>
        </message>
        <message>
            <source>State</source>
            <translation>ሁኔታ</translation>
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
            <source>Station bound to this computer, or released</source>
            <translation>ጣቢያ ከዚህ ኮምፒውተር ጋር ታስሯል ወይም ተለቋል</translation>
        </message>
        <message>
            <source>Station created</source>
            <translation>ጣቢያ ተፈጥሯል</translation>
        </message>
        <message>
            <source>Station {station}, from {first} to {last}</source>
            <translation>ጣቢያ {station}፣ ከ{first} እስከ {last}</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>ደረጃ</translation>
        </message>
        <message>
            <source>Step completed</source>
            <translation>ደረጃ ተጠናቋል</translation>
        </message>
        <message>
            <source>Still reading what the document says …</source>
            <translation>ሰነዱ የሚለው ገና እየተነበበ ነው …</translation>
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
            <source>Story</source>
            <translation>ታሪክ</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>ተቆጣጣሪ</translation>
        </message>
        <message>
            <source>Supervisor decided, to be signed off</source>
            <translation>ተቆጣጣሪ ወስነዋል፣ መጽናት ይቀራል</translation>
        </message>
        <message>
            <source>Supervisor signed off a number of decisions</source>
            <translation>ተቆጣጣሪ በርካታ ውሳኔዎችን አጽንተዋል</translation>
        </message>
        <message>
            <source>Supervisor's decision signed off</source>
            <translation>የተቆጣጣሪው ውሳኔ ጸንቷል</translation>
        </message>
        <message>
            <source>Tab</source>
            <translation>Tab</translation>
        </message>
        <message>
            <source>Take a moment longer before the capture, and look at the glass or the lens first.</source>
            <translation>ከመውሰድዎ በፊት ትንሽ ይቆዩ፤ መጀመሪያ መስታወቱን ወይም ሌንሱን ይመልከቱ።</translation>
        </message>
        <message>
            <source>Take any</source>
            <translation>ማንኛውንም ውሰድ</translation>
        </message>
        <message>
            <source>Take it</source>
            <translation>ተቀበል</translation>
        </message>
        <message>
            <source>Take it again</source>
            <translation>እንደገና ውሰድ</translation>
        </message>
        <message>
            <source>Take it without what the services signed</source>
            <translation>አገልግሎቶቹ ከፈረሙት ውጭ ውሰድ</translation>
        </message>
        <message>
            <source>Take one picture of the face together with what cannot be captured: {missing}.</source>
            <translation>ፊቱን ሊቀረጽ ከማይችለው ጋር በአንድ ምስል ይውሰዱ: {missing}።</translation>
        </message>
        <message>
            <source>Take the picture (Space)</source>
            <translation>ምስሉን ውሰድ (Space)</translation>
        </message>
        <message>
            <source>Take the picture when everything is to be seen.</source>
            <translation>ሁሉም ሲታይ ምስሉን ይውሰዱ።</translation>
        </message>
        <message>
            <source>Take the proof</source>
            <translation>ማረጋገጫውን ውሰድ</translation>
        </message>
        <message>
            <source>Take these settings again</source>
            <translation>እነዚህን ቅንብሮች እንደገና ውሰድ</translation>
        </message>
        <message>
            <source>Team's median</source>
            <translation>የቡድኑ መካከለኛ</translation>
        </message>
        <message>
            <source>Template of a face destroyed</source>
            <translation>የፊት ቅንብብ ተደምስሷል</translation>
        </message>
        <message>
            <source>Template of a face kept to search among</source>
            <translation>ለፍለጋ የፊት ቅንብብ ተቀምጧል</translation>
        </message>
        <message>
            <source>Templates destroyed, their time being over</source>
            <translation>ጊዜያቸው ያለፈ ቅንብቦች ተደምስሰዋል</translation>
        </message>
        <message>
            <source>Templates found damaged</source>
            <translation>ቅንብቦች ተበላሽተው ተገኝተዋል</translation>
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
            <source>Thank you, that is good.</source>
            <translation>እናመሰግናለን፣ ጥሩ ነው።</translation>
        </message>
        <message>
            <source>Thank you, that was all.</source>
            <translation>እናመሰግናለን፣ ሁሉም ተጠናቋል።</translation>
        </message>
        <message>
            <source>That a living person sat before the camera rests on the officer's word alone.</source>
            <translation>ከካሜራው ፊት ሕያው ሰው መቀመጡ በባለሙያው ቃል ብቻ የተመሠረተ ነው።</translation>
        </message>
        <message>
            <source>That the face is a living one was close: {value}, where {threshold} is enough.</source>
            <translation>ፊቱ ሕያው መሆኑ በትንሽ ልዩነት ነው: {value}፣ {threshold} በቂ ነው።</translation>
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
            <source>The ID schema always requires {field}, and its condition can hide it: a server may refuse who lacks it.</source>
            <translation>የመታወቂያ ስኬማው {field}ን ሁልጊዜ ይፈልጋል፣ ሁኔታው ግን ሊደብቀው ይችላል: የሌለውን ሰው አገልጋይ ላይቀበል ይችላል።</translation>
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
            <source>The ID schema has no field {field}: what is typed there is never delivered.</source>
            <translation>የመታወቂያ ስኬማው መስክ {field} የለውም: እዚያ የሚጻፈው ፈጽሞ አይላክም።</translation>
        </message>
        <message>
            <source>The ID schema has no handle {field}: nobody could sign in by it. Mark the field there.</source>
            <translation>የመታወቂያ ስኬማው መለያ {field} የለውም: ማንም በእሱ ሊገባ አይችልም። መስኩን እዚያ ያመልክቱ።</translation>
        </message>
        <message>
            <source>The ID schema requires {field}, and no screen asks for it. Add the field to a screen.</source>
            <translation>የመታወቂያ ስኬማው {field} ይፈልጋል፣ የሚጠይቀው ማያ ግን የለም። መስኩን ወደ ማያ ይጨምሩ።</translation>
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
            <source>The address is not right</source>
            <translation>አድራሻው ትክክል አይደለም</translation>
        </message>
        <message>
            <source>The address of the service that proves identities is not secure (https), so it was not asked. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት አድራሻ ደህንነቱ የተጠበቀ (https) ስላልሆነ አልተጠየቀም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The age does not fit the photo</source>
            <translation>ዕድሜው ከፎቶው ጋር አይስማማም</translation>
        </message>
        <message>
            <source>The age groups cannot be read. They are written like {example}. Ask your administrator.</source>
            <translation>የዕድሜ ቡድኖቹ ሊነበቡ አይችሉም። የሚጻፉት እንደ {example} ነው። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The age groups {first} and {second} overlap: nobody can tell which rules count. Ask your administrator.</source>
            <translation>የዕድሜ ቡድኖች {first} እና {second} ይደራረባሉ: የትኞቹ ደንቦች እንደሚሠሩ አይታወቅም። አስተዳዳሪዎን ይጠይቁ።</translation>
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
            <source>The answer in the browser belongs to another request. Begin this step again.</source>
            <translation>በአሳሹ ያለው መልስ የሌላ ጥያቄ ነው። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another sign-in. Begin this step again.</source>
            <translation>በአሳሹ ያለው መልስ የሌላ መግቢያ ነው። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
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
            <source>The attempts are used up and something is still missing: {fingers}. Take it once more, or say that it cannot be captured.</source>
            <translation>ሙከራዎቹ አልቀዋል፣ ገና የሚጎድል አለ: {fingers}። አንድ ጊዜ ደግመው ይውሰዱ፣ ወይም ሊቀረጽ እንደማይችል ይግለጹ።</translation>
        </message>
        <message>
            <source>The attempts are used up. Keep the best there is and say why, or take it once more.</source>
            <translation>ሙከራዎቹ አልቀዋል። ካለው የተሻለውን አስቀምጠው ምክንያቱን ይግለጹ፣ ወይም አንድ ጊዜ ደግመው ይውሰዱ።</translation>
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
            <source>The backup was made by another version of Muster: restore it with that one ({version}).</source>
            <translation>ምትኬው በሌላ የMuster ስሪት ነው የተሠራው፦ በዚያው ይመልሱት ({version})።</translation>
        </message>
        <message>
            <source>The barcode</source>
            <translation>ባርኮዱ</translation>
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
            <source>The case is closed. What the proof rests on is no longer here.</source>
            <translation>ጉዳዩ ተዘግቷል። ማረጋገጫው የተመሠረተበት ከእንግዲህ እዚህ የለም።</translation>
        </message>
        <message>
            <source>The center's key cannot be read: it is a file with 64 hexadecimal digits.</source>
            <translation>የማዕከሉ ቁልፍ ሊነበብ አይችልም፦ 64 ሄክሳዴሲማል አሃዞች ያሉት ፋይል ነው።</translation>
        </message>
        <message>
            <source>The center's server compares no faces for this station (its code: {server_code}). Tell your administrator.</source>
            <translation>የማዕከሉ አገልጋይ ለዚህ ጣቢያ ፊቶችን አያነጻጽርም (ኮዱ፦ {server_code})። ለአስተዳዳሪዎ ይንገሩ።</translation>
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
            <source>The chip is opened by what is printed on the document. Scan the page with the machine-readable lines first, or type the six digits on its front.</source>
            <translation>ቺፑ የሚከፈተው በሰነዱ ላይ በታተመው ነው። መጀመሪያ ማሽን የሚያነባቸው መስመሮች ያሉበትን ገጽ ስካን ያድርጉ፣ ወይም በፊቱ ያሉትን ስድስት አሃዞች ይጻፉ።</translation>
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
            <source>The chip was read and is signed by its issuer.</source>
            <translation>ቺፑ ተነቧል፣ በአውጪው ተፈርሟል።</translation>
        </message>
        <message>
            <source>The chip was read; who signed it is not known at this station.</source>
            <translation>ቺፑ ተነቧል፤ ማን እንደፈረመው በዚህ ጣቢያ አይታወቅም።</translation>
        </message>
        <message>
            <source>The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again.</source>
            <translation>የ{kind} ሰዓት በ{minutes} ደቂቃ ይለያል። እሱን ወይም የዚህን ኮምፒውተር ሰዓት አስተካክለው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The clock was set back</source>
            <translation>ሰዓቱ ወደ ኋላ ተመልሷል</translation>
        </message>
        <message>
            <source>The code is signed, but what it says is not what a slip says.</source>
            <translation>ኮዱ ተፈርሟል፣ የሚለው ግን ደረሰኝ የሚለው አይደለም።</translation>
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
            <source>The condition asks for {name} (column {column}), which no form here has.</source>
            <translation>ሁኔታው {name}ን ይጠይቃል (ዓምድ {column})፣ እዚህ ያለ ቅጽ ግን የለውም።</translation>
        </message>
        <message>
            <source>The condition cannot be understood from column {column} on ({found}).</source>
            <translation>ሁኔታው ከዓምድ {column} ጀምሮ አይረዳም ({found})።</translation>
        </message>
        <message>
            <source>The condition is never true, whatever is typed and however old somebody is.</source>
            <translation>ምንም ቢጻፍና ዕድሜው ምንም ቢሆን ሁኔታው ፈጽሞ እውነት አይሆንም።</translation>
        </message>
        <message>
            <source>The condition is not understood from column {column} on. The field is always shown and never required.</source>
            <translation>ሁኔታው ከዓምድ {column} ጀምሮ አይረዳም። መስኩ ሁልጊዜ ይታያል፣ ፈጽሞ አይጠየቅም።</translation>
        </message>
        <message>
            <source>The condition is too long or nested too deeply (column {column}).</source>
            <translation>ሁኔታው በጣም ረጅም ወይም በጣም ጥልቅ ነው (ዓምድ {column})።</translation>
        </message>
        <message>
            <source>The content of this registration was destroyed after it was delivered or given up.</source>
            <translation>የዚህ ምዝገባ ይዘት ከደረሰ ወይም ከተተወ በኋላ ተደምስሷል።</translation>
        </message>
        <message>
            <source>The copy is saved. That it was taken is on record.</source>
            <translation>ቅጂው ተቀምጧል። መወሰዱም ተመዝግቧል።</translation>
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
            <source>The date is known</source>
            <translation>ቀኑ ይታወቃል</translation>
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
            <source>The device is starting …</source>
            <translation>መሣሪያው እየጀመረ ነው …</translation>
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
            <source>The document was removed or replaced while its chip was read. Read the chip of the one that is there now.</source>
            <translation>ቺፑ በሚነበብበት ጊዜ ሰነዱ ተወግዷል ወይም ተተክቷል። አሁን ያለውን ሰነድ ቺፕ ያንብቡ።</translation>
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
            <source>The document's chip</source>
            <translation>የሰነዱ ቺፕ</translation>
        </message>
        <message>
            <source>The drive cannot be read. Plug it in again, or hand over on another one.</source>
            <translation>ድራይቩ ሊነበብ አይችልም። እንደገና ይሰኩት፣ ወይም በሌላ ያስረክቡ።</translation>
        </message>
        <message>
            <source>The driver cannot be begun in {folder}. Name a folder that is empty or not there yet.</source>
            <translation>ድራይቨሩ በ{folder} ውስጥ ሊጀመር አይችልም። ባዶ የሆነ ወይም ገና የሌለ አቃፊ ይጥቀሱ።</translation>
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
            <source>The earliest day lies behind the latest: no date would do.</source>
            <translation>የመጀመሪያው ቀን ከመጨረሻው በኋላ ነው: የሚሆን ቀን የለም።</translation>
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
            <source>The face in the document's chip is not clearly that of the person. Compare both yourself, and call your supervisor if you doubt it.</source>
            <translation>በሰነዱ ቺፕ ያለው ፊት የግለሰቡ መሆኑ ግልጽ አይደለም። ሁለቱንም ራስዎ ያነጻጽሩ፣ ከተጠራጠሩ ተቆጣጣሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>The face in the document's chip is that of the person.</source>
            <translation>በሰነዱ ቺፕ ያለው ፊት የግለሰቡ ነው።</translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation>ፊቱ ተቆርጧል። ወደ ምስሉ መካከል ይምጡ።</translation>
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
            <source>The face was only just a living one</source>
            <translation>ፊቱ በጥቂቱ ብቻ ሕያው ነበር</translation>
        </message>
        <message>
            <source>The face was refused before it was taken for a living one</source>
            <translation>ፊቱ ሕያው ተብሎ ከመወሰዱ በፊት ውድቅ ተደርጓል</translation>
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
            <source>The field {field} has no group: nobody could choose to change it. Name one.</source>
            <translation>መስክ {field} ቡድን የለውም: ማንም ሊቀይረው መምረጥ አይችልም። አንድ ይጥቀሱ።</translation>
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
            <source>The field {field} is there twice, first at {first}. Remove one.</source>
            <translation>መስክ {field} ሁለት ጊዜ አለ፣ መጀመሪያ በ{first}። አንዱን ያስወግዱ።</translation>
        </message>
        <message>
            <source>The field {field} is {here} here and {there} in the ID schema; the schema decides.</source>
            <translation>መስክ {field} እዚህ {here}፣ በመታወቂያ ስኬማው {there} ነው፤ ስኬማው ይወስናል።</translation>
        </message>
        <message>
            <source>The figures are written: {file}</source>
            <translation>አኃዞቹ ተጽፈዋል: {file}</translation>
        </message>
        <message>
            <source>The figures cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>አኃዞቹ ወደ {file} ሊጻፉ አይችሉም። ባለ አቃፊ ውስጥ ያለ ፋይል ይጥቀሱ።</translation>
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
            <source>The file holds another key than the one with this fingerprint. Nothing was accepted.</source>
            <translation>ፋይሉ ከዚህ አሻራ ሌላ ቁልፍ ይዟል። ምንም ተቀባይነት አላገኘም።</translation>
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
            <source>The file that says which field a document fills in cannot be read. Ask your administrator.</source>
            <translation>ሰነድ የትኛውን መስክ እንደሚሞላ የሚገልጸው ፋይል ሊነበብ አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
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
            <translation>አቃፊ {folder} የሞዴሎች ጥቅል የለውም (pack.toml፣ pack.sig)።</translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation>የቅጹ መግለጫ ሊነበብ አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The form filled in at home</source>
            <translation>በቤት የተሞላው ቅጽ</translation>
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
            <source>The form has no group of fields of this name.</source>
            <translation>ቅጹ በዚህ ስም የመስኮች ቡድን የለውም።</translation>
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
            <source>The gender does not fit the photo</source>
            <translation>ጾታው ከፎቶው ጋር አይስማማም</translation>
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
            <source>The hub's data was sealed with another center's key. Give the hub the key it was set up with.</source>
            <translation>የማዕከሉ ውሂብ በሌላ ማዕከል ቁልፍ ታሽጓል። የተዘጋጀበትን ቁልፍ ይስጡት።</translation>
        </message>
        <message>
            <source>The hub's data was written by a newer version of Muster. Update the program.</source>
            <translation>የማዕከሉ ውሂብ በአዲስ የMuster ስሪት ተጽፏል። ፕሮግራሙን ያዘምኑ።</translation>
        </message>
        <message>
            <source>The hub's database cannot be reached. What was sent is kept at the station.</source>
            <translation>የማዕከሉ የውሂብ ጎታ ሊደረስበት አይችልም። የተላከው በጣቢያው ተቀምጧል።</translation>
        </message>
        <message>
            <source>The hub's settings cannot be read: {file}.</source>
            <translation>የማዕከሉ ቅንብሮች ሊነበቡ አይችሉም፦ {file}።</translation>
        </message>
        <message>
            <source>The hub's settings have an entry that is none, or is wrong: {name}.</source>
            <translation>በማዕከሉ ቅንብሮች ውስጥ የማይታወቅ ወይም ስህተት የሆነ ግቤት አለ፦ {name}።</translation>
        </message>
        <message>
            <source>The identity provider cannot be asked just now. Try again later.</source>
            <translation>የማንነት አቅራቢው አሁን ሊጠየቅ አይችልም። ቆይተው ይሞክሩ።</translation>
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
            <source>The identity-proofing service answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት ሊነበብ የማይችል መልስ ሰጠ። ቆይተው ይሞክሩ፣ ወይም ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity-proofing service did not accept what it was sent. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት የተላከለትን አልተቀበለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity-proofing service does not accept this station's key. Tell your administrator.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት የዚህን ጣቢያ ቁልፍ አይቀበልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The identity-proofing service does not know this person any more. Begin this step again.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት ይህን ሰው ከእንግዲህ አያውቅም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The introducer looks like the officer</source>
            <translation>አስተዋዋቂው ሠራተኛውን ይመስላል</translation>
        </message>
        <message>
            <source>The introducer's number</source>
            <translation>የአስተዋዋቂው ቁጥር</translation>
        </message>
        <message>
            <source>The issuer has revoked the certificate that signed this chip.</source>
            <translation>አውጪው ይህን ቺፕ የፈረመውን ሰርተፍኬት ሰርዟል።</translation>
        </message>
        <message>
            <source>The issuer has withdrawn the credential that the wallet showed, or suspended it.</source>
            <translation>አውጪው ዋሌቱ ያሳየውን ማስረጃ ሰርዟል ወይም አግዷል።</translation>
        </message>
        <message>
            <source>The issuer signed a file ({file}) that the chip does not give. It may be a copy.</source>
            <translation>አውጪው ቺፑ የማይሰጠውን ፋይል ({file}) ፈርሟል። ቅጂ ሊሆን ይችላል።</translation>
        </message>
        <message>
            <source>The issuer's signature on the chip is wrong. The chip's contents are not genuine.</source>
            <translation>በቺፑ ያለው የአውጪው ፊርማ የተሳሳተ ነው። የቺፑ ይዘት እውነተኛ አይደለም።</translation>
        </message>
        <message>
            <source>The key and certificate by which wallets know this station cannot be used. Tell your administrator.</source>
            <translation>ዋሌቶች ይህን ጣቢያ የሚያውቁበት ቁልፍና ሰርተፍኬት ሊሠራባቸው አይችልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The key file cannot be read: it must be an RSA key in PEM or DER form, or the public key of a TPM.</source>
            <translation>የቁልፍ ፋይሉ ሊነበብ አይችልም: በPEM ወይም DER ቅርጽ ያለ የRSA ቁልፍ፣ ወይም የTPM ይፋዊ ቁልፍ መሆን አለበት።</translation>
        </message>
        <message>
            <source>The key in station.json does not belong to this folder: two stations were mixed up. Nothing was changed; put the right station.json back.</source>
            <translation>በstation.json ያለው ቁልፍ የዚህ አቃፊ አይደለም: ሁለት ጣቢያዎች ተደባልቀዋል። ምንም አልተቀየረም፤ ትክክለኛውን station.json ይመልሱ።</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer cannot be used: there is none, or it is locked. Sign in to the computer's desktop and unlock it.</source>
            <translation>በዚህ ኮምፒውተር ያለው የመለያዎ የቁልፍ ማኅደር ሊሠራበት አይችልም: የለም፣ ወይም ተቆልፏል። ወደ ኮምፒውተሩ ዴስክቶፕ ገብተው ይክፈቱት።</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer does not hold this station's key: it is another account or another computer. What was registered is kept here. Call your administrator.</source>
            <translation>በዚህ ኮምፒውተር ያለው የመለያዎ የቁልፍ ማኅደር የዚህን ጣቢያ ቁልፍ አልያዘም: ሌላ መለያ ወይም ሌላ ኮምፒውተር ነው። የተመዘገበው እዚህ ተቀምጧል። አስተዳዳሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>The kind of impression in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የአሻራ ዓይነት በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The last of the days lies before the first.</source>
            <translation>የመጨረሻው ቀን ከመጀመሪያው በፊት ነው።</translation>
        </message>
        <message>
            <source>The light or the camera is poor</source>
            <translation>ብርሃኑ ወይም ካሜራው ደካማ ነው</translation>
        </message>
        <message>
            <source>The lines on the chip are not those that opened it: number, birth or expiry differ from the printed page.</source>
            <translation>በቺፑ ያሉት መስመሮች የከፈቱት አይደሉም: ቁጥሩ፣ ልደቱ ወይም ማብቂያው ከታተመው ገጽ ይለያል።</translation>
        </message>
        <message>
            <source>The list comes from station {station}, which was not accepted here. A supervisor may accept its key: {fingerprint}.</source>
            <translation>ዝርዝሩ እዚህ ተቀባይነት ካላገኘ ጣቢያ {station} ነው። ተቆጣጣሪ ቁልፉን ሊቀበሉ ይችላሉ: {fingerprint}።</translation>
        </message>
        <message>
            <source>The list for a review cannot be read: {part} is missing or has a wrong form.</source>
            <translation>የግምገማ ዝርዝሩ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The list hangs on {parent}, which is no list of this form.</source>
            <translation>ዝርዝሩ በ{parent} ላይ ይመሠረታል፣ እሱ ግን የዚህ ቅጽ ዝርዝር አይደለም።</translation>
        </message>
        <message>
            <source>The list is for another station.</source>
            <translation>ዝርዝሩ ለሌላ ጣቢያ ነው።</translation>
        </message>
        <message>
            <source>The list of those who may sign in here is damaged: users.json.</source>
            <translation>እዚህ መግባት የሚችሉት ሰዎች ዝርዝር ተበላሽቷል: users.json።</translation>
        </message>
        <message>
            <source>The list of what is on the drive cannot be read: {part} is missing or has a wrong form.</source>
            <translation>በድራይቩ ያለው ነገር ዝርዝር ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The list of {field} has no entries: nobody could choose anything.</source>
            <translation>የ{field} ዝርዝር ግቤቶች የሉትም: ማንም ምንም መምረጥ አይችልም።</translation>
        </message>
        <message>
            <source>The list on this drive was changed or cut off after its station had signed it. Nothing was taken; hand over again.</source>
            <translation>በዚህ ድራይቭ ያለው ዝርዝር ጣቢያው ከፈረመው በኋላ ተቀይሯል ወይም ተቆርጧል። ምንም አልተወሰደም፤ እንደገና ያስረክቡ።</translation>
        </message>
        <message>
            <source>The list was changed or cut off after its station had signed it. Nothing was taken.</source>
            <translation>ዝርዝሩ ጣቢያው ከፈረመው በኋላ ተቀይሯል ወይም ተቆርጧል። ምንም አልተወሰደም።</translation>
        </message>
        <message>
            <source>The lists {fields} hang on one another in a circle.</source>
            <translation>ዝርዝሮች {fields} በክብ አንዱ በሌላው ላይ ይመሠረታሉ።</translation>
        </message>
        <message>
            <source>The machine-readable lines of the document are not complete.</source>
            <translation>የሰነዱ ማሽን የሚያነባቸው መስመሮች ሙሉ አይደሉም።</translation>
        </message>
        <message>
            <source>The mail server offers no secure connection, so no code was sent. Tell your administrator.</source>
            <translation>የፖስታ አገልጋዩ ደህንነቱ የተጠበቀ ግንኙነት ስለማይሰጥ ኮድ አልተላከም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The message with the code was not taken. Check the address, or take another way.</source>
            <translation>ኮዱን የያዘው መልእክት ተቀባይነት አላገኘም። አድራሻውን ያረጋግጡ፣ ወይም ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>The method {method} is for one tenant and does not say which.</source>
            <translation>ዘዴ {method} ለአንድ ተቋም ነው፤ ለየትኛው እንደሆነ አይገልጽም።</translation>
        </message>
        <message>
            <source>The method {method} stands in the proofing configuration twice.</source>
            <translation>ዘዴ {method} በማረጋገጫ ውቅሩ ሁለት ጊዜ አለ።</translation>
        </message>
        <message>
            <source>The network that recognises faces has no threshold for searching among many.</source>
            <translation>ፊቶችን የሚለየው ሞዴል ከብዙዎች መካከል ለመፈለግ ገደብ የለውም።</translation>
        </message>
        <message>
            <source>The note must not lie in the station's own folder: choose a drive that is kept elsewhere.</source>
            <translation>ማስታወሻው በጣቢያው አቃፊ ውስጥ መሆን የለበትም: በሌላ ቦታ የሚቀመጥ ድራይቭ ይምረጡ።</translation>
        </message>
        <message>
            <source>The number of the representation in the record is wrong.</source>
            <translation>በመዝገቡ ያለው የውክልና ቁጥር የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The officer alone says that the person was there</source>
            <translation>ሰውዬው እንደነበረ የሚለው ሠራተኛው ብቻ ነው</translation>
        </message>
        <message>
            <source>The officer marks many exceptions</source>
            <translation>ሠራተኛው ብዙ ልዩ ሁኔታዎችን ይመዘግባል</translation>
        </message>
        <message>
            <source>The one that costs least</source>
            <translation>አነስተኛ ወጪ ያለው</translation>
        </message>
        <message>
            <source>The one that proves most</source>
            <translation>በጣም የሚያረጋግጠው</translation>
        </message>
        <message>
            <source>The orientation in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው አቅጣጫ በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The pack of networks {folder} does not say how its networks are used.</source>
            <translation>የሞዴሎች ጥቅል {folder} ሞዴሎቹ እንዴት ጥቅም ላይ እንደሚውሉ አይገልጽም።</translation>
        </message>
        <message>
            <source>The pack of networks {folder} is not signed by a key this station trusts.</source>
            <translation>የሞዴሎች ጥቅል {folder} ይህ ጣቢያ በሚያምነው ቁልፍ አልተፈረመም።</translation>
        </message>
        <message>
            <source>The packet has a part with a name that is not understood.</source>
            <translation>ጥቅሉ ስሙ የማይታወቅ ክፍል አለው።</translation>
        </message>
        <message>
            <source>The packet has more parts than any client makes.</source>
            <translation>ጥቅሉ ማንኛውም ፕሮግራም ከሚያዘጋጀው የበለጡ ክፍሎች አሉት።</translation>
        </message>
        <message>
            <source>The packet holds a file that no field names: {field}.</source>
            <translation>ጥቅሉ የትኛውም መስክ የማይጠቅሰው ፋይል ይዟል: {field}።</translation>
        </message>
        <message>
            <source>The packet holds no part that could be opened.</source>
            <translation>ጥቅሉ ሊከፈት የሚችል ክፍል የለውም።</translation>
        </message>
        <message>
            <source>The packet is larger than the server takes (its code: {server_code}). Have the server's limit raised and try again, or register the person anew with smaller pictures of the documents.</source>
            <translation>ጥቅሉ አገልጋዩ ከሚቀበለው ይበልጣል (ኮዱ: {server_code})። የአገልጋዩን ገደብ አስጨምረው እንደገና ይሞክሩ፣ ወይም ግለሰቡን በትናንሽ የሰነድ ምስሎች እንደ አዲስ ይመዝግቡ።</translation>
        </message>
        <message>
            <source>The packet is not sent: no supervisor has approved it.</source>
            <translation>ጥቅሉ አልተላከም: ተቆጣጣሪ አላጸደቁትም።</translation>
        </message>
        <message>
            <source>The packet is on the list and not on the drive.</source>
            <translation>ጥቅሉ በዝርዝሩ አለ፣ በድራይቩ ግን የለም።</translation>
        </message>
        <message>
            <source>The packet is sealed: the proof of this identity can be taken.</source>
            <translation>ጥቅሉ ታሽጓል፦ የዚህ ማንነት ማረጋገጫ መውሰድ ይቻላል።</translation>
        </message>
        <message>
            <source>The packet lacks the file that the field {field} names.</source>
            <translation>ጥቅሉ መስክ {field} የሚጠቅሰው ፋይል ይጎድለዋል።</translation>
        </message>
        <message>
            <source>The packet names an old client, of which no signatures of devices are asked.</source>
            <translation>ጥቅሉ የመሣሪያዎች ፊርማ የማይጠየቅበትን የድሮ ፕሮግራም ይጠቅሳል።</translation>
        </message>
        <message>
            <source>The packet waits in the outbox.</source>
            <translation>ጥቅሉ በወጪ ሳጥን ይጠብቃል።</translation>
        </message>
        <message>
            <source>The packet's archive cannot be read.</source>
            <translation>የጥቅሉ ማኅደር ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>The packet's archive has an entry with a forbidden name.</source>
            <translation>የጥቅሉ ማኅደር የተከለከለ ስም ያለው ግቤት አለው።</translation>
        </message>
        <message>
            <source>The packet's archive has two entries of the same name.</source>
            <translation>የጥቅሉ ማኅደር ተመሳሳይ ስም ያላቸው ሁለት ግቤቶች አሉት።</translation>
        </message>
        <message>
            <source>The packet's archive is larger unpacked than any packet may be.</source>
            <translation>የጥቅሉ ማኅደር ሲከፈት ማንኛውም ጥቅል ሊሆን ከሚችለው ይበልጣል።</translation>
        </message>
        <message>
            <source>The packet's biometric file has an exception that its description does not name.</source>
            <translation>የጥቅሉ የባዮሜትሪክ ፋይል መግለጫው የማይጠቅሰው ልዩ ሁኔታ አለው።</translation>
        </message>
        <message>
            <source>The packet's description cannot be read: {part} has a wrong form.</source>
            <translation>የጥቅሉ መግለጫ ሊነበብ አይችልም: {part} የተሳሳተ ቅርጽ አለው።</translation>
        </message>
        <message>
            <source>The packet's description does not tell when it was made.</source>
            <translation>የጥቅሉ መግለጫ መቼ እንደተዘጋጀ አይገልጽም።</translation>
        </message>
        <message>
            <source>The packet's description lacks {field}.</source>
            <translation>የጥቅሉ መግለጫ {field} ይጎድለዋል።</translation>
        </message>
        <message>
            <source>The packet's description names an exception that its biometric file does not have.</source>
            <translation>የጥቅሉ መግለጫ በባዮሜትሪክ ፋይሉ የሌለ ልዩ ሁኔታ ይጠቅሳል።</translation>
        </message>
        <message>
            <source>The packet's description names another station than the packet.</source>
            <translation>የጥቅሉ መግለጫ ከጥቅሉ ሌላ ጣቢያ ይጠቅሳል።</translation>
        </message>
        <message>
            <source>The packet's file was changed or damaged on the way.</source>
            <translation>የጥቅሉ ፋይል በመንገድ ላይ ተቀይሯል ወይም ተበላሽቷል።</translation>
        </message>
        <message>
            <source>The packet's number has a form that no packet has.</source>
            <translation>የጥቅሉ ቁጥር ማንኛውም ጥቅል የሌለው ቅርጽ አለው።</translation>
        </message>
        <message>
            <source>The packets come from station {station}, which this station does not know. A supervisor may accept its key: {fingerprint}.</source>
            <translation>ጥቅሎቹ ይህ ጣቢያ ከማያውቀው ጣቢያ {station} መጥተዋል። ተቆጣጣሪ ቁልፉን ሊቀበሉ ይችላሉ: {fingerprint}።</translation>
        </message>
        <message>
            <source>The page came out black. Close the cover; if that does not help, the lamp is broken.</source>
            <translation>ገጹ ጥቁር ሆኖ ወጣ። ሽፋኑን ይዝጉ፤ ካልረዳ መብራቱ ተበላሽቷል።</translation>
        </message>
        <message>
            <source>The page is not sharp enough to judge this.</source>
            <translation>ይህን ለመመዘን ገጹ በቂ ጥርት የለውም።</translation>
        </message>
        <message>
            <source>The page is not sharp. Hold the camera still, or scan it again.</source>
            <translation>ገጹ ጥርት ብሎ አይታይም። ካሜራውን ሳያንቀሳቅሱ ይያዙ፣ ወይም እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>The page is too dark. Take it in better light.</source>
            <translation>ገጹ በጣም ጨልሟል። በተሻለ ብርሃን ይውሰዱት።</translation>
        </message>
        <message>
            <source>The page was taken from the side. Hold the camera straight above it.</source>
            <translation>ገጹ ከጎን ተወስዷል። ካሜራውን ቀጥ አድርገው በላዩ ይያዙ።</translation>
        </message>
        <message>
            <source>The passport's zone</source>
            <translation>የፓስፖርቱ የሚነበብ ክፍል</translation>
        </message>
        <message>
            <source>The password file {file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>የይለፍ ቃል ፋይል {file} በUTF-8 የተጻፈ ግልጽ ጽሑፍ አይደለም። በUTF-8 ያስቀምጡት።</translation>
        </message>
        <message>
            <source>The password is too short: use at least {length} characters.</source>
            <translation>የይለፍ ቃሉ በጣም አጭር ነው: ቢያንስ {length} ፊደሎች ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The password is wrong. Try again.</source>
            <translation>የይለፍ ቃሉ የተሳሳተ ነው። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The passwords of this demo station are gone: demo-credentials.json is missing or damaged. Begin a new demo in another folder.</source>
            <translation>የዚህ ማሳያ ጣቢያ የይለፍ ቃሎች ጠፍተዋል: demo-credentials.json የለም ወይም ተበላሽቷል። በሌላ አቃፊ አዲስ ማሳያ ይጀምሩ።</translation>
        </message>
        <message>
            <source>The person</source>
            <translation>ግለሰቡ</translation>
        </message>
        <message>
            <source>The person agreed at {at}.</source>
            <translation>ግለሰቡ በ{at} ተስማምተዋል።</translation>
        </message>
        <message>
            <source>The person agrees</source>
            <translation>ግለሰቡ ይስማማሉ</translation>
        </message>
        <message>
            <source>The person checks this on their screen and answers there; or you ask them.</source>
            <translation>ግለሰቡ ይህን በማያቸው ላይ አጣርተው እዚያ ይመልሳሉ፤ ወይም እርስዎ ይጠይቋቸው።</translation>
        </message>
        <message>
            <source>The person chooses this</source>
            <translation>ግለሰቡ ይህን ይመርጣሉ</translation>
        </message>
        <message>
            <source>The person confirms</source>
            <translation>ግለሰቡ ያረጋግጣሉ</translation>
        </message>
        <message>
            <source>The person did not agree in the wallet. It can be tried again.</source>
            <translation>ግለሰቡ በዋሌቱ አልተስማሙም። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The person did not agree.</source>
            <translation>ግለሰቡ አልተስማሙም።</translation>
        </message>
        <message>
            <source>The person did not agree. The registration is over and nothing of it is kept.</source>
            <translation>ግለሰቡ አልተስማሙም። ምዝገባው አብቅቷል፣ ከእሱ ምንም አይቀመጥም።</translation>
        </message>
        <message>
            <source>The person did not share anything at the identity provider. It can be tried again.</source>
            <translation>ግለሰቡ በማንነት አቅራቢው ምንም አላጋሩም። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The person does not agree</source>
            <translation>ግለሰቡ አይስማሙም</translation>
        </message>
        <message>
            <source>The person ended the sharing of records. It can be begun again.</source>
            <translation>ግለሰቡ መዝገቦችን ማጋራት አቁመዋል። እንደገና ሊጀመር ይችላል።</translation>
        </message>
        <message>
            <source>The person goes on in the browser: turn the screen to them. The answer comes by itself.</source>
            <translation>ግለሰቡ በአሳሹ ይቀጥላሉ: ማያውን ወደ እሳቸው ያዙሩ። መልሱ በራሱ ይመጣል።</translation>
        </message>
        <message>
            <source>The person has to agree first: {consents}.</source>
            <translation>መጀመሪያ ግለሰቡ መስማማት አለባቸው: {consents}።</translation>
        </message>
        <message>
            <source>The person has yet to prove who they are.</source>
            <translation>ግለሰቡ ማን እንደሆኑ ገና ማረጋገጥ አለባቸው።</translation>
        </message>
        <message>
            <source>The person is registered already</source>
            <translation>ግለሰቡ ቀድሞ ተመዝግበዋል</translation>
        </message>
        <message>
            <source>The person lays the finger on the reader.</source>
            <translation>ግለሰቡ ጣታቸውን በአንባቢው ላይ ያስቀምጣሉ።</translation>
        </message>
        <message>
            <source>The person reads this on their screen and answers there; or you ask them.</source>
            <translation>ግለሰቡ ይህን በማያቸው ላይ አንብበው እዚያ ይመልሳሉ፤ ወይም እርስዎ ይጠይቋቸው።</translation>
        </message>
        <message>
            <source>The person reads this on their screen and signs there.</source>
            <translation>ሰውዬው ይህን በራሱ ማያ ገጽ ላይ አንብቦ እዚያ ይፈርማል።</translation>
        </message>
        <message>
            <source>The person reads this with the app on their telephone.</source>
            <translation>ግለሰቡ ይህን በስልካቸው ባለው መተግበሪያ ያነባሉ።</translation>
        </message>
        <message>
            <source>The person said at {at}: this is right.</source>
            <translation>ግለሰቡ በ{at} ብለዋል: ይህ ትክክል ነው።</translation>
        </message>
        <message>
            <source>The person said on their screen that something is wrong: {count} times.</source>
            <translation>ግለሰቡ በማያቸው ላይ ስህተት አለ ብለዋል: {count} ጊዜ።</translation>
        </message>
        <message>
            <source>The person said that something is wrong</source>
            <translation>ሰውዬው የሆነ ነገር ስህተት ነው ብሏል</translation>
        </message>
        <message>
            <source>The person said that something is wrong. Ask what it is, correct it and show it to them again.</source>
            <translation>ግለሰቡ ስህተት አለ ብለዋል። ምን እንደሆነ ጠይቀው አርመው እንደገና ያሳዩዋቸው።</translation>
        </message>
        <message>
            <source>The person says that something is wrong. Ask what it is and correct it.</source>
            <translation>ግለሰቡ ስህተት አለ ይላሉ። ምን እንደሆነ ጠይቀው ያርሙት።</translation>
        </message>
        <message>
            <source>The person shows a document</source>
            <translation>ግለሰቡ ሰነድ ያሳያሉ</translation>
        </message>
        <message>
            <source>The person signs here to agree. Ask them to sign.</source>
            <translation>ግለሰቡ ለመስማማት እዚህ ይፈርማሉ። እንዲፈርሙ ይጠይቋቸው።</translation>
        </message>
        <message>
            <source>The person signs this themselves: show it to them.</source>
            <translation>ሰውዬው ራሱ ይፈርማል፦ ይህን ገጽ ያሳዩት።</translation>
        </message>
        <message>
            <source>The person who brings the child has to be confirmed by a supervisor.</source>
            <translation>ልጁን የሚያመጣው ሰው በተቆጣጣሪ መረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>The person's screen in a window</source>
            <translation>የግለሰቡ ማያ በመስኮት</translation>
        </message>
        <message>
            <source>The photo that shows what cannot be captured is missing. Take it first.</source>
            <translation>ሊቀረጽ የማይችለውን የሚያሳየው ፎቶ የለም። መጀመሪያ ይውሰዱት።</translation>
        </message>
        <message>
            <source>The picture could not be accepted. Ask the person to look into the camera again.</source>
            <translation>ምስሉ ተቀባይነት ሊያገኝ አልቻለም። ግለሰቡ እንደገና ወደ ካሜራው እንዲመለከቱ ይጠይቁ።</translation>
        </message>
        <message>
            <source>The picture does not show what is around the page.</source>
            <translation>ምስሉ በገጹ ዙሪያ ያለውን አያሳይም።</translation>
        </message>
        <message>
            <source>The picture does not tell a left eye from a right one.</source>
            <translation>ምስሉ ግራ ዓይንን ከቀኝ አይለይም።</translation>
        </message>
        <message>
            <source>The picture in the record is compressed to less than a fifteenth of its size.</source>
            <translation>በመዝገቡ ያለው ምስል ከመጠኑ አሥራ አምስተኛ በታች ተጨምቋል።</translation>
        </message>
        <message>
            <source>The picture in the record is cut off or damaged.</source>
            <translation>በመዝገቡ ያለው ምስል ተቆርጧል ወይም ተበላሽቷል።</translation>
        </message>
        <message>
            <source>The picture in the record is no JPEG 2000 file.</source>
            <translation>በመዝገቡ ያለው ምስል የJPEG 2000 ፋይል አይደለም።</translation>
        </message>
        <message>
            <source>The picture in the record is not compressed as the record says.</source>
            <translation>በመዝገቡ ያለው ምስል መዝገቡ እንደሚለው አልተጨመቀም።</translation>
        </message>
        <message>
            <source>The picture in the record is not grey with 8 bits.</source>
            <translation>በመዝገቡ ያለው ምስል ባለ 8 ቢት ግራጫ አይደለም።</translation>
        </message>
        <message>
            <source>The picture in the record is not in colour (RGB) with 8 bits per channel.</source>
            <translation>በመዝገቡ ያለው ምስል በእያንዳንዱ ቻናል 8 ቢት ያለው ባለ ቀለም (RGB) አይደለም።</translation>
        </message>
        <message>
            <source>The picture in the record was compressed with loss.</source>
            <translation>በመዝገቡ ያለው ምስል መረጃ በሚያጠፋ መንገድ ተጨምቋል።</translation>
        </message>
        <message>
            <source>The picture inside the record cannot be decoded.</source>
            <translation>በመዝገቡ ውስጥ ያለው ምስል ሊፈታ አይችልም።</translation>
        </message>
        <message>
            <source>The picture inside the record is cut into more pieces than any device makes.</source>
            <translation>በመዝገቡ ውስጥ ያለው ምስል ማንኛውም መሣሪያ ከሚሠራው በላይ በሆኑ ቁርጥራጮች ተከፍሏል።</translation>
        </message>
        <message>
            <source>The picture inside the record is larger than any device makes.</source>
            <translation>በመዝገቡ ውስጥ ያለው ምስል ማንኛውም መሣሪያ ከሚሠራው ይበልጣል።</translation>
        </message>
        <message>
            <source>The picture is black. Take the cover off the {kind} and turn on the light.</source>
            <translation>ምስሉ ጥቁር ነው። የ{kind} ሽፋን አንስተው መብራት ያብሩ።</translation>
        </message>
        <message>
            <source>The picture is cut off or damaged. Copy it again.</source>
            <translation>ምስሉ ተቆርጧል ወይም ተበላሽቷል። እንደገና ይቅዱት።</translation>
        </message>
        <message>
            <source>The picture is kept. It can be taken again.</source>
            <translation>ምስሉ ተቀምጧል። እንደገና ሊወሰድ ይችላል።</translation>
        </message>
        <message>
            <source>The picture is neither too dark nor too bright.</source>
            <translation>ምስሉ በጣም የጨለመም በጣም የደመቀም አይደለም።</translation>
        </message>
        <message>
            <source>The picture is too coarse. Go nearer, or scan at a higher resolution.</source>
            <translation>ምስሉ በጣም ሻካራ ነው። ቀረብ ይበሉ፣ ወይም በከፍተኛ ጥራት ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The picture is too large. Use at most 64 million pixels.</source>
            <translation>ምስሉ በጣም ትልቅ ነው። ቢበዛ 64 ሚሊዮን ፒክስል ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The picture is white. Turn the {kind} away from the light or the window.</source>
            <translation>ምስሉ ነጭ ነው። {kind}ን ከብርሃኑ ወይም ከመስኮቱ ያዙሩት።</translation>
        </message>
        <message>
            <source>The picture looks more like the other eye than like the one that the record says it is.</source>
            <translation>ምስሉ መዝገቡ ከሚለው ይልቅ ሌላኛውን ዓይን ይመስላል።</translation>
        </message>
        <message>
            <source>The picture of the {kind} cannot be read. Try again.</source>
            <translation>የ{kind} ምስል ሊነበብ አይችልም። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The picture shows no fingerprint ridges.</source>
            <translation>ምስሉ የጣት አሻራ መስመሮችን አያሳይም።</translation>
        </message>
        <message>
            <source>The picture stands still, to the last dot. Unplug the {kind}, plug it in and test it again.</source>
            <translation>ምስሉ እስከ መጨረሻዋ ነጥብ አይንቀሳቀስም። {kind}ን ነቅለው ይሰኩትና እንደገና ይሞክሩት።</translation>
        </message>
        <message>
            <source>The picture that the camera signed does not show the face that was before it. Take the picture again.</source>
            <translation>ካሜራው የፈረመው ምስል ከፊቱ የነበረውን ፊት አያሳይም። ምስሉን እንደገና ይውሰዱ።</translation>
        </message>
        <message>
            <source>The picture was compressed too much. Take one of better quality.</source>
            <translation>ምስሉ በጣም ተጨምቋል። የተሻለ ጥራት ያለው ይውሰዱ።</translation>
        </message>
        <message>
            <source>The picture was taken without colours.</source>
            <translation>ምስሉ ያለ ቀለም ተወስዷል።</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is higher than that of the capture.</source>
            <translation>በመዝገቡ ያለው የምስሉ ጥራት ከቀረጻው ይበልጣል።</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is not the same in both directions.</source>
            <translation>በመዝገቡ ያለው የምስሉ ጥራት በሁለቱም አቅጣጫ እኩል አይደለም።</translation>
        </message>
        <message>
            <source>The place for packets cannot be reached. What was sent is kept at the station.</source>
            <translation>የጥቅሎች ማስቀመጫ ሊደረስበት አይችልም። የተላከው በጣቢያው ተቀምጧል።</translation>
        </message>
        <message>
            <source>The places have no level {level}: the list of {field} would be empty.</source>
            <translation>ቦታዎቹ ደረጃ {level} የላቸውም: የ{field} ዝርዝር ባዶ ይሆናል።</translation>
        </message>
        <message>
            <source>The plots cannot be written into the folder {folder}.</source>
            <translation>ንድፎቹ ወደ አቃፊ {folder} ሊጻፉ አይችሉም።</translation>
        </message>
        <message>
            <source>The portrait in the document's chip cannot be compared by the station. Compare it with the person yourself.</source>
            <translation>በሰነዱ ቺፕ ያለው ፎቶ በጣቢያው ሊነጻጸር አይችልም። ራስዎ ከግለሰቡ ጋር ያነጻጽሩት።</translation>
        </message>
        <message>
            <source>The portrait of a document does not look like the face that was captured: likeness {score}, the same from {threshold} on.</source>
            <translation>በሰነዱ ያለው ፎቶ የተቀረጸውን ፊት አይመስልም: መመሳሰል {score}፣ ከ{threshold} ጀምሮ ተመሳሳይ ሰው ነው።</translation>
        </message>
        <message>
            <source>The portrait of a document looks like somebody else</source>
            <translation>የሰነዱ ምስል ሌላ ሰው ይመስላል</translation>
        </message>
        <message>
            <source>The pre-registration cannot be read: {part} is missing or has a wrong form.</source>
            <translation>ቅድመ ምዝገባው ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The print is too dark. Press a little more lightly, and dry the finger if it is wet.</source>
            <translation>አሻራው በጣም ጠቁሯል። ትንሽ ቀለል አድርገው ይጫኑ፣ ጣቱ እርጥብ ከሆነም ያድርቁት።</translation>
        </message>
        <message>
            <source>The print is too light. Press a little harder, and moisten the finger if it is dry.</source>
            <translation>አሻራው በጣም ደብዝዟል። ትንሽ ጠበቅ አድርገው ይጫኑ፣ ጣቱ ደረቅ ከሆነም ያርጥቡት።</translation>
        </message>
        <message>
            <source>The printed text</source>
            <translation>የታተመው ጽሑፍ</translation>
        </message>
        <message>
            <source>The printer did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>ማተሚያው ደረሰኙን አልተቀበለም። መብራቱንና ወረቀት መኖሩን ተመልክተው እንደገና ያትሙ።</translation>
        </message>
        <message>
            <source>The printer {printer} did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>ማተሚያ {printer} ደረሰኙን አልተቀበለም። መብራቱንና ወረቀት መኖሩን ተመልክተው እንደገና ያትሙ።</translation>
        </message>
        <message>
            <source>The program cannot judge this. Look yourself.</source>
            <translation>ፕሮግራሙ ይህን ሊመዝን አይችልም። እርስዎ ይመልከቱ።</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM answered something that cannot be understood. Ask your administrator to install 'tpm2-tools' again.</source>
            <translation>ከዚህ ኮምፒውተር TPM ጋር የሚነጋገሩት ፕሮግራሞች ሊረዳ የማይችል መልስ ሰጡ። አስተዳዳሪዎ 'tpm2-tools' እንደገና እንዲጭኑ ይጠይቁ።</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM are missing. Ask your administrator to install 'tpm2-tools'.</source>
            <translation>ከዚህ ኮምፒውተር TPM ጋር የሚነጋገሩት ፕሮግራሞች የሉም። አስተዳዳሪዎ 'tpm2-tools' እንዲጭኑ ይጠይቁ።</translation>
        </message>
        <message>
            <source>The proof can be taken once the packet is sealed. Finish the registration first.</source>
            <translation>ማረጋገጫው መውሰድ የሚቻለው ጥቅሉ ከታሸገ በኋላ ነው። መጀመሪያ ምዝገባውን ያጠናቅቁ።</translation>
        </message>
        <message>
            <source>The proof cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>ማረጋገጫው ወደ {file} ሊጻፍ አይችልም። ባለ አቃፊ ውስጥ ያለ ፋይል ይሰይሙ።</translation>
        </message>
        <message>
            <source>The proof is saved as {file}. Keep it: it cannot be taken again.</source>
            <translation>ማረጋገጫው በ{file} ተቀምጧል። ያስቀምጡት፤ ዳግመኛ መውሰድ አይቻልም።</translation>
        </message>
        <message>
            <source>The proof is written to one signed file, which you keep; here the case is closed for good, and what it rests on is destroyed (pieces of evidence: {pieces}, files: {files}).</source>
            <translation>ማረጋገጫው እርስዎ በሚያስቀምጡት አንድ የተፈረመ ፋይል ይጻፋል፤ እዚህ ጉዳዩ ለዘለቄታው ይዘጋል፣ የተመሠረተበትም ይጠፋል (የማስረጃ ክፍሎች፦ {pieces}፣ ፋይሎች፦ {files})።</translation>
        </message>
        <message>
            <source>The proof of identity</source>
            <translation>የማንነት ማረጋገጫው</translation>
        </message>
        <message>
            <source>The proof of the sign-in is from another identity provider than the one that was asked.</source>
            <translation>የመግቢያው ማረጋገጫ ከተጠየቀው ሌላ የማንነት አቅራቢ ነው።</translation>
        </message>
        <message>
            <source>The proof of this identity was taken already and what it rests on was destroyed. Ask whoever keeps the file.</source>
            <translation>የዚህ ማንነት ማረጋገጫ አስቀድሞ ተወስዷል፣ የተመሠረተበትም ጠፍቷል። ፋይሉን የያዙትን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for a kind of credential that this program does not read.</source>
            <translation>የማረጋገጫ ውቅሩ ዋሌቶችን ይህ ፕሮግራም የማያነበው ዓይነት ማስረጃ ይጠይቃል።</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for something in a way that cannot be used.</source>
            <translation>የማረጋገጫ ውቅሩ ዋሌቶችን ሊሠራበት በማይችል መንገድ ይጠይቃል።</translation>
        </message>
        <message>
            <source>The proofing configuration cannot be read: it is no JSON object.</source>
            <translation>የማረጋገጫ ውቅሩ ሊነበብ አይችልም: የJSON ነገር አይደለም።</translation>
        </message>
        <message>
            <source>The proofing configuration has a missing or wrong value at {place}.</source>
            <translation>የማረጋገጫ ውቅሩ በ{place} የጎደለ ወይም የተሳሳተ ዋጋ አለው።</translation>
        </message>
        <message>
            <source>The proofing configuration has keys nobody knows, perhaps misspelt: {keys}.</source>
            <translation>የማረጋገጫ ውቅሩ ማንም የማያውቃቸው ቁልፎች አሉት፣ ምናልባት አጻጻፉ ተሳስቷል: {keys}።</translation>
        </message>
        <message>
            <source>The proofing configuration has no known _type at {place}.</source>
            <translation>የማረጋገጫ ውቅሩ በ{place} የሚታወቅ _type የለውም።</translation>
        </message>
        <message>
            <source>The proofing configuration names no service that could be asked.</source>
            <translation>የማረጋገጫ ውቅሩ ሊጠየቅ የሚችል አገልግሎት አይጠቅስም።</translation>
        </message>
        <message>
            <source>The proofing configuration names no such service.</source>
            <translation>የማረጋገጫ ውቅሩ እንዲህ ያለ አገልግሎት አይጠቅስም።</translation>
        </message>
        <message>
            <source>The proofing use case {use_case} is switched off.</source>
            <translation>የማረጋገጫ አጠቃቀም ሁኔታ {use_case} ጠፍቷል።</translation>
        </message>
        <message>
            <source>The pupil is very narrow. Make the room darker.</source>
            <translation>የዓይኑ ብሌን በጣም ጠቧል። ክፍሉን ያጨልሙ።</translation>
        </message>
        <message>
            <source>The pupil is very wide. Make the room brighter.</source>
            <translation>የዓይኑ ብሌን በጣም ሰፍቷል። ክፍሉን ያብሩ።</translation>
        </message>
        <message>
            <source>The quality is {quality} of 100; at least {threshold} is needed. Take it again.</source>
            <translation>ጥራቱ ከ100 {quality} ነው፤ ቢያንስ {threshold} ያስፈልጋል። እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>The record carries no quality score.</source>
            <translation>መዝገቡ የጥራት ነጥብ የለውም።</translation>
        </message>
        <message>
            <source>The record does not say 8 bits per pixel.</source>
            <translation>መዝገቡ በፒክስል 8 ቢት አይልም።</translation>
        </message>
        <message>
            <source>The record does not say that it holds exactly one finger or one eye.</source>
            <translation>መዝገቡ በትክክል አንድ ጣት ወይም አንድ ዓይን መያዙን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say that its picture is a grey JPEG 2000 one.</source>
            <translation>መዝገቡ ምስሉ ግራጫ የJPEG 2000 መሆኑን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed as an authentication needs it: lossy JPEG 2000, or WSQ for a finger.</source>
            <translation>መዝገቡ ምስሉ ለማረጋገጫ በሚያስፈልገው መንገድ መጨመቁን አይገልጽም: መረጃ በሚያጠፋ JPEG 2000፣ ወይም ለጣት WSQ።</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed without loss as JPEG 2000.</source>
            <translation>መዝገቡ ምስሉ መረጃ ሳይጠፋ በJPEG 2000 መጨመቁን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped and masked around the iris.</source>
            <translation>መዝገቡ ምስሉ በአይሪሱ ዙሪያ መቆረጡንና መሸፈኑን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped around the iris.</source>
            <translation>መዝገቡ ምስሉ በአይሪሱ ዙሪያ መቆረጡን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say whether it is the right or the left eye.</source>
            <translation>መዝገቡ ቀኝ ወይም ግራ ዓይን መሆኑን አይገልጽም።</translation>
        </message>
        <message>
            <source>The record does not say which of the ten fingers it holds.</source>
            <translation>መዝገቡ ከአሥሩ ጣቶች የትኛውን እንደያዘ አይገልጽም።</translation>
        </message>
        <message>
            <source>The record ends too early, at byte {offset}.</source>
            <translation>መዝገቡ ቀድሞ ያበቃል፣ በባይት {offset}።</translation>
        </message>
        <message>
            <source>The record holds several pictures; in a registration each has its own record.</source>
            <translation>መዝገቡ ብዙ ምስሎች ይዟል፤ በምዝገባ እያንዳንዱ የራሱ መዝገብ አለው።</translation>
        </message>
        <message>
            <source>The record names the maker of the device but not the type of the device.</source>
            <translation>መዝገቡ የመሣሪያውን አምራች ይጠቅሳል፣ የመሣሪያውን ዓይነት ግን አይጠቅስም።</translation>
        </message>
        <message>
            <source>The record of the {kind} breaks a rule of MOSIP ({rule}); a server may refuse it.</source>
            <translation>የ{kind} መዝገብ የMOSIPን ደንብ ({rule}) ይጥሳል፤ አገልጋይ ሊቀበለው አይችል ይሆናል።</translation>
        </message>
        <message>
            <source>The record says that it is one of a sequence of faces.</source>
            <translation>መዝገቡ ከተከታታይ ፊቶች አንዱ መሆኑን ይገልጻል።</translation>
        </message>
        <message>
            <source>The record says that its picture is in other colours than 24 bit RGB.</source>
            <translation>መዝገቡ ምስሉ ከ24 ቢት RGB ሌላ ቀለም እንዳለው ይገልጻል።</translation>
        </message>
        <message>
            <source>The record was not written: {field} has a value that its place in the record cannot hold.</source>
            <translation>መዝገቡ አልተጻፈም: {field} በመዝገቡ ቦታ ሊያዝ የማይችል ዋጋ አለው።</translation>
        </message>
        <message>
            <source>The record's certification flag is set, which only finger records may have.</source>
            <translation>የጣት መዝገቦች ብቻ ሊኖራቸው የሚችለው የማረጋገጫ ምልክት በመዝገቡ ተደርጓል።</translation>
        </message>
        <message>
            <source>The records do not say something about the person that is needed here.</source>
            <translation>መዝገቦቹ ስለ ግለሰቡ እዚህ የሚያስፈልግ ነገር አይገልጹም።</translation>
        </message>
        <message>
            <source>The records that are asked for are not set up with MiTrust. Tell your supervisor.</source>
            <translation>የተጠየቁት መዝገቦች በMiTrust አልተዋቀሩም። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The registration has no audit record. Call your supervisor.</source>
            <translation>ምዝገባው የኦዲት መዝገብ የለውም። ተቆጣጣሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>The registration holds a field that the ID schema does not know.</source>
            <translation>ምዝገባው የመታወቂያ ስኬማው የማያውቀው መስክ ይዟል።</translation>
        </message>
        <message>
            <source>The registration is then sealed. Nobody can change or read it at this station any more.</source>
            <translation>ከዚያ ምዝገባው ይታሸጋል። በዚህ ጣቢያ ማንም ከእንግዲህ ሊቀይረው ወይም ሊያነበው አይችልም።</translation>
        </message>
        <message>
            <source>The registration is too large to be sent: {size} kB, and at most {limit} kB can be. Attach smaller pictures of the documents.</source>
            <translation>ምዝገባው ለመላክ በጣም ትልቅ ነው: {size} kB፣ ቢበዛ {limit} kB ይቻላል። ትናንሽ የሰነድ ምስሎችን ያያይዙ።</translation>
        </message>
        <message>
            <source>The registration waits on the desk and goes on here.</source>
            <translation>ምዝገባው በዴስኩ ይጠብቃል፤ እዚህ ይቀጥላል።</translation>
        </message>
        <message>
            <source>The registration was changed after it was signed. Check it and sign it again.</source>
            <translation>ምዝገባው ከተፈረመ በኋላ ተቀይሯል። አረጋግጠው እንደገና ይፈርሙ።</translation>
        </message>
        <message>
            <source>The report cannot be written to {file}. Name a file in a folder that is there and that you may write to.</source>
            <translation>ዘገባው ወደ {file} ሊጻፍ አይችልም። ባለና ሊጽፉበት በሚችሉት አቃፊ ውስጥ ፋይል ይጥቀሱ።</translation>
        </message>
        <message>
            <source>The report is saved. It holds no picture and nothing about people.</source>
            <translation>ዘገባው ተቀምጧል። ምስል ወይም ስለ ሰዎች ምንም አልያዘም።</translation>
        </message>
        <message>
            <source>The report is written and signed: {file}</source>
            <translation>ዘገባው ተጽፎ ተፈርሟል: {file}</translation>
        </message>
        <message>
            <source>The ridges are smeared. Hold the finger still and do not turn it.</source>
            <translation>መስመሮቹ ተበክለዋል። ጣቱን ሳያንቀሳቅሱና ሳያዞሩ ይያዙ።</translation>
        </message>
        <message>
            <source>The same document was handed in for another registration here: {count}.</source>
            <translation>ተመሳሳይ ሰነድ እዚህ ለሌላ ምዝገባ ቀርቧል: {count}።</translation>
        </message>
        <message>
            <source>The same document was seen before</source>
            <translation>ይኸው ሰነድ ቀደም ሲል ታይቷል</translation>
        </message>
        <message>
            <source>The same eye was presented twice. Take both again, each with its own eye.</source>
            <translation>ተመሳሳይ ዓይን ሁለት ጊዜ ቀርቧል። ሁለቱንም በየራሳቸው ዓይን እንደገና ይውሰዱ።</translation>
        </message>
        <message>
            <source>The same finger was placed for both: {finger}, {other}. Take both again, each by itself.</source>
            <translation>ለሁለቱም ተመሳሳይ ጣት ተቀምጧል: {finger}፣ {other}። ሁለቱንም ለየብቻ እንደገና ይውሰዱ።</translation>
        </message>
        <message>
            <source>The same finger, eye or face is there twice, or is there and said to be missing. Take it again.</source>
            <translation>ተመሳሳይ ጣት፣ ዓይን ወይም ፊት ሁለት ጊዜ አለ፣ ወይም እያለ የለም ተብሏል። እንደገና ይውሰዱት።</translation>
        </message>
        <message>
            <source>The sampling level in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የናሙና ደረጃ በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The scanner cannot be reached any more. Look whether it is switched on and connected, and scan again.</source>
            <translation>ስካነሩ ከእንግዲህ አይገኝም። መብራቱንና መገናኘቱን ተመልክተው እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The scanner cannot draw these sheets in. Lay fewer of them in, straight, and scan again.</source>
            <translation>ስካነሩ እነዚህን ወረቀቶች ሊስብ አይችልም። ጥቂቶቹን ቀጥ አድርገው አስገብተው እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The scanner does not let this station use it. Ask your administrator.</source>
            <translation>ስካነሩ ይህ ጣቢያ እንዲጠቀምበት አይፈቅድም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The scanner drew in several sheets at once. Fan them out, lay them in and scan again.</source>
            <translation>ስካነሩ ብዙ ወረቀቶችን በአንድ ጊዜ ስቧል። ለያይተው አስገብተው እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The scanner hands out pictures in a form this program cannot read. Use another scanner.</source>
            <translation>ስካነሩ ይህ ፕሮግራም ሊያነበው በማይችል መልክ ምስሎችን ይሰጣል። ሌላ ስካነር ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The scanner has no memory left for this page. Switch it off and on, and scan again.</source>
            <translation>ስካነሩ ለዚህ ገጽ ማህደረ ትውስታ አልቀረውም። አጥፍተው አብሩትና እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The scanner sends this station to another address, where it does not follow. Ask your administrator.</source>
            <translation>ስካነሩ ይህን ጣቢያ ወደማይከተለው ሌላ አድራሻ ይልከዋል። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The scanner's answer cannot be read. Switch it off and on, and try again.</source>
            <translation>የስካነሩ መልስ ሊነበብ አይችልም። አጥፍተው አብሩትና እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The scanner's cover is open. Close it and scan again.</source>
            <translation>የስካነሩ ሽፋን ክፍት ነው። ዘግተው እንደገና ስካን ያድርጉ።</translation>
        </message>
        <message>
            <source>The sealed packet is gone from this computer's disk. Tell your supervisor.</source>
            <translation>የታሸገው ጥቅል ከዚህ ኮምፒውተር ዲስክ ጠፍቷል። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The sealed packet was changed on this computer's disk. Tell your supervisor.</source>
            <translation>የታሸገው ጥቅል በዚህ ኮምፒውተር ዲስክ ላይ ተቀይሯል። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server</source>
            <translation>አገልጋዩ</translation>
        </message>
        <message>
            <source>The server cannot be reached. The packet is kept and sent when there is a network.</source>
            <translation>አገልጋዩ ሊገኝ አይችልም። ጥቅሉ ተቀምጧል፤ ኔትወርክ ሲኖር ይላካል።</translation>
        </message>
        <message>
            <source>The server cannot open the packet (its code: {server_code}). Tell your administrator: its certificate may have changed. The packet is kept.</source>
            <translation>አገልጋዩ ጥቅሉን ሊከፍት አይችልም (ኮዱ: {server_code})። ለአስተዳዳሪዎ ይንገሩ: ሰርተፍኬቱ ተቀይሮ ሊሆን ይችላል። ጥቅሉ ተቀምጧል።</translation>
        </message>
        <message>
            <source>The server cannot take the packet just now (its code: {server_code}). The packet is kept and will be sent again.</source>
            <translation>አገልጋዩ አሁን ጥቅሉን ሊወስድ አይችልም (ኮዱ: {server_code})። ጥቅሉ ተቀምጧል፤ እንደገና ይላካል።</translation>
        </message>
        <message>
            <source>The server decides this one.</source>
            <translation>ይህን የሚወስነው አገልጋዩ ነው።</translation>
        </message>
        <message>
            <source>The server did not accept the sign-in. Check this computer's clock first, then the name and the password.</source>
            <translation>አገልጋዩ መግቢያውን አልተቀበለም። መጀመሪያ የዚህን ኮምፒውተር ሰዓት፣ ከዚያ ስሙንና የይለፍ ቃሉን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The server did not answer in time. The packet is kept and will be sent again.</source>
            <translation>አገልጋዩ በጊዜው አልመለሰም። ጥቅሉ ተቀምጧል፤ እንደገና ይላካል።</translation>
        </message>
        <message>
            <source>The server does not accept this station (its code: {server_code}). Tell your administrator.</source>
            <translation>አገልጋዩ ይህን ጣቢያ አይቀበልም (ኮዱ: {server_code})። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server does not ask for this person to come again.</source>
            <translation>አገልጋዩ ይህ ሰው እንደገና እንዲመጣ አይጠይቅም።</translation>
        </message>
        <message>
            <source>The server does not know this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>አገልጋዩ የዚህን ጣቢያ ቁልፍ አያውቅም። በአቃፊው 'keys' ያለውን እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>The server does not know this station. Have the station's key registered there first.</source>
            <translation>አገልጋዩ ይህን ጣቢያ አያውቅም። መጀመሪያ የጣቢያውን ቁልፍ እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>The server does not say what became of the packets (its code: {server_code}).</source>
            <translation>አገልጋዩ ጥቅሎቹ ምን እንደሆኑ አይገልጽም (ኮዱ: {server_code})።</translation>
        </message>
        <message>
            <source>The server does not sign with the certificate of this fingerprint. Compare it again.</source>
            <translation>አገልጋዩ በዚህ አሻራ ሰርተፍኬት አይፈርምም። እንደገና ያነጻጽሩት።</translation>
        </message>
        <message>
            <source>The server does not tell this station what it asks for (its code: {server_code}). Tell your administrator.</source>
            <translation>አገልጋዩ ይህ ጣቢያ የሚጠይቀውን አይነግረውም (ኮዱ: {server_code})። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server expects something else than this packet, even after it was announced anew (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>አገልጋዩ ጥቅሉ እንደ አዲስ ከተነገረም በኋላ ከዚህ ሌላ ነገር ይጠብቃል (ኮዱ: {server_code})። ለአስተዳዳሪዎ ይንገሩ፤ ጥቅሉ ተቀምጧል።</translation>
        </message>
        <message>
            <source>The server has a problem (status {status}). The packet is kept and will be sent again.</source>
            <translation>አገልጋዩ ችግር አለበት (ሁኔታ {status})። ጥቅሉ ተቀምጧል፤ እንደገና ይላካል።</translation>
        </message>
        <message>
            <source>The server has no certificate for this station (its code: {server_code}). Register the station there first.</source>
            <translation>አገልጋዩ ለዚህ ጣቢያ ሰርተፍኬት የለውም (ኮዱ: {server_code})። መጀመሪያ ጣቢያውን እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>The server has no open request with the number this correction answers (its code: {server_code}). Tell your supervisor.</source>
            <translation>አገልጋዩ ይህ እርማት በሚመልስለት ቁጥር ክፍት ጥያቄ የለውም (ኮዱ: {server_code})። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server has no pre-registration of this number any more, or never had. Compare the number with the person's letter; if it is right, it was used or cancelled: fill in the form with the person.</source>
            <translation>አገልጋዩ በዚህ ቁጥር ቅድመ ምዝገባ ከእንግዲህ የለውም፣ ወይም ኖሮት አያውቅም። ቁጥሩን ከግለሰቡ ደብዳቤ ጋር ያነጻጽሩ፤ ትክክል ከሆነ ጥቅም ላይ ውሏል ወይም ተሰርዟል: ቅጹን ከግለሰቡ ጋር ይሙሉ።</translation>
        </message>
        <message>
            <source>The server has no such pre-registration for this centre (its code: {server_code}). Compare the number, or go on without it.</source>
            <translation>አገልጋዩ ለዚህ ማዕከል እንዲህ ያለ ቅድመ ምዝገባ የለውም (ኮዱ: {server_code})። ቁጥሩን ያነጻጽሩ፣ ወይም ያለ እሱ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>The server has not said that it processed the packet, so it is kept.</source>
            <translation>አገልጋዩ ጥቅሉን ማስተናገዱን አልገለጸም፤ ስለዚህ ተቀምጧል።</translation>
        </message>
        <message>
            <source>The server has processed the packet and it was destroyed here. There is nothing to send.</source>
            <translation>አገልጋዩ ጥቅሉን አስተናግዷል፤ እዚህ ተደምስሷል። የሚላክ ነገር የለም።</translation>
        </message>
        <message>
            <source>The server has the packet.</source>
            <translation>ጥቅሉ በአገልጋዩ ዘንድ ነው።</translation>
        </message>
        <message>
            <source>The server has too much to do just now. The packet is kept and will be sent again later.</source>
            <translation>አገልጋዩ አሁን ብዙ ሥራ አለበት። ጥቅሉ ተቀምጧል፤ ቆይቶ እንደገና ይላካል።</translation>
        </message>
        <message>
            <source>The server knows no station with this computer's name. Have the station registered there.</source>
            <translation>አገልጋዩ በዚህ ኮምፒውተር ስም ጣቢያ አያውቅም። ጣቢያውን እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>The server knows this station by another key. Have the one in its folder 'keys' registered there.</source>
            <translation>አገልጋዩ ይህን ጣቢያ በሌላ ቁልፍ ያውቀዋል። በአቃፊው 'keys' ያለውን እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>The server refused the enrollment (its code: {server_code}). Tell your supervisor.</source>
            <translation>አገልጋዩ ምዝገባውን አልተቀበለም (ኮዱ: {server_code})። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server refused the packet (its code: {server_code}). Tell your supervisor.</source>
            <translation>አገልጋዩ ጥቅሉን አልተቀበለም (ኮዱ: {server_code})። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server refused the packet. It is sent again when somebody asks for it in the outbox.</source>
            <translation>አገልጋዩ ጥቅሉን አልተቀበለም። በወጪ ሳጥን ሰው ሲጠይቅ እንደገና ይላካል።</translation>
        </message>
        <message>
            <source>The server refused the request (status {status}).</source>
            <translation>አገልጋዩ ጥያቄውን አልተቀበለም (ሁኔታ {status})።</translation>
        </message>
        <message>
            <source>The server refused the sign-in (its code: {server_code}). Tell your supervisor.</source>
            <translation>አገልጋዩ መግቢያውን አልተቀበለም (ኮዱ: {server_code})። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server sent nothing yet: the forms and lists are those that were shipped.</source>
            <translation>አገልጋዩ እስካሁን ምንም አልላከም፦ ቅጾቹና ዝርዝሮቹ የመጀመሪያዎቹ ናቸው።</translation>
        </message>
        <message>
            <source>The server signs with another certificate than before. Nothing is sent until your administrator has accepted the new one.</source>
            <translation>አገልጋዩ ከቀድሞው ሌላ ሰርተፍኬት ይፈርማል። አስተዳዳሪዎ አዲሱን እስኪቀበሉ ምንም አይላክም።</translation>
        </message>
        <message>
            <source>The server wants you to sign in: sign in again with the network to send.</source>
            <translation>አገልጋዩ እንዲገቡ ይፈልጋል: ለመላክ ከኔትወርክ ጋር እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>The server was told of this registration already. Tell whoever runs the server what you found.</source>
            <translation>ይህ ምዝገባ ለአገልጋዩ ቀድሞ ተነግሯል። ያገኙትን አገልጋዩን ለሚያስተዳድሩት ይንገሩ።</translation>
        </message>
        <message>
            <source>The server's address is not one: write https://name.</source>
            <translation>የአገልጋዩ አድራሻ ትክክል አይደለም: https://ስም ብለው ይጻፉ።</translation>
        </message>
        <message>
            <source>The server's address must begin with https.</source>
            <translation>የአገልጋዩ አድራሻ በhttps መጀመር አለበት።</translation>
        </message>
        <message>
            <source>The server's answer is not signed as it must be, so nothing of it was used. Tell your administrator.</source>
            <translation>የአገልጋዩ መልስ እንደሚገባው ስላልተፈረመ ከእሱ ምንም ጥቅም ላይ አልዋለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server's answer to the sign-in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>አገልጋዩ ለመግቢያው የሰጠው መልስ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The server's answer was too long and was not read. Tell your administrator.</source>
            <translation>የአገልጋዩ መልስ በጣም ረጅም ስለነበር አልተነበበም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server's certificate cannot be used. Check this computer's clock, then ask your administrator.</source>
            <translation>የአገልጋዩ ሰርተፍኬት ሊሠራበት አይችልም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ከዚያ አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The server's key for comparing faces is none. Tell your administrator.</source>
            <translation>ፊቶችን ለማነጻጸር የአገልጋዩ ቁልፍ ትክክለኛ አይደለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The server's virus scan refused the packet (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>የአገልጋዩ የቫይረስ ፍተሻ ጥቅሉን አልተቀበለም (ኮዱ: {server_code})። ለአስተዳዳሪዎ ይንገሩ፤ ጥቅሉ ተቀምጧል።</translation>
        </message>
        <message>
            <source>The service could not decide whether this is the person. It can be tried again.</source>
            <translation>አገልግሎቱ ይህ ሰው መሆኑን ሊወስን አልቻለም። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The service did not accept what it was asked. Tell your administrator.</source>
            <translation>አገልግሎቱ የተጠየቀውን አልተቀበለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The service did not tell something about the person that is needed here.</source>
            <translation>አገልግሎቱ ስለ ግለሰቡ እዚህ የሚያስፈልግ ነገር አልነገረም።</translation>
        </message>
        <message>
            <source>The service does not accept this station. Tell your administrator.</source>
            <translation>አገልግሎቱ ይህን ጣቢያ አይቀበልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The service does not know the question any more. Begin this step again.</source>
            <translation>አገልግሎቱ ጥያቄውን ከእንግዲህ አያውቀውም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The service for this step does not answer just now. Take another way, or try again later.</source>
            <translation>የዚህ ደረጃ አገልግሎት አሁን አይመልስም። ሌላ መንገድ ይምረጡ፣ ወይም ቆይተው ይሞክሩ።</translation>
        </message>
        <message>
            <source>The service is there, but no source could share what is asked for just now. People are spared the way there.</source>
            <translation>አገልግሎቱ አለ፣ ግን አሁን የተጠየቀውን ማጋራት የሚችል ምንጭ የለም። ሰዎች ወደዚያ አይላኩም።</translation>
        </message>
        <message>
            <source>The service says that this is not the person.</source>
            <translation>አገልግሎቱ ይህ ሰው አይደለም ይላል።</translation>
        </message>
        <message>
            <source>The service that chip readers are used through (pcscd) does not run on this computer. Tell your supervisor.</source>
            <translation>የቺፕ አንባቢዎች የሚሠሩበት አገልግሎት (pcscd) በዚህ ኮምፒውተር አይሠራም። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The service that proves identities cannot be reached. Try again when there is a network.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት ሊገኝ አይችልም። ኔትወርክ ሲኖር እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The service that proves identities did not answer in time. Try again.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት በጊዜው አልመለሰም። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The service that proves identities is out of order just now. Try again later.</source>
            <translation>ማንነትን የሚያረጋግጠው አገልግሎት አሁን አይሠራም። ቆይተው ይሞክሩ።</translation>
        </message>
        <message>
            <source>The service that this token is for is not in the proofing configuration any more. Tell your administrator.</source>
            <translation>ይህ ቶከን የሚያገለግለው አገልግሎት ከእንግዲህ በማረጋገጫ ውቅሩ ውስጥ የለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The set-up file cannot be read: {part} is missing or has a wrong form.</source>
            <translation>የማዋቀሪያ ፋይሉ ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The set-up file is for station {station}, not for this one.</source>
            <translation>የማዋቀሪያ ፋይሉ ለጣቢያ {station} ነው፣ ለዚህ አይደለም።</translation>
        </message>
        <message>
            <source>The set-up file is signed with the certificate {fingerprint}, which is not the one this station believes. Compare it with what the server's owner says.</source>
            <translation>የማዋቀሪያ ፋይሉ በሰርተፍኬት {fingerprint} ተፈርሟል፤ ይህ ጣቢያ የሚያምነው እሱን አይደለም። የአገልጋዩ ባለቤት ከሚለው ጋር ያነጻጽሩት።</translation>
        </message>
        <message>
            <source>The set-up file may not be used any more, or not yet. Check this computer's clock, or have a new one made.</source>
            <translation>የማዋቀሪያ ፋይሉ ከእንግዲህ ወይም ገና ሊሠራበት አይችልም። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ፣ ወይም አዲስ ያሠሩ።</translation>
        </message>
        <message>
            <source>The set-up file was changed or cut off after it was signed. Nothing of it was used.</source>
            <translation>የማዋቀሪያ ፋይሉ ከተፈረመ በኋላ ተቀይሯል ወይም ተቆርጧል። ከእሱ ምንም ጥቅም ላይ አልዋለም።</translation>
        </message>
        <message>
            <source>The setting {name} has a value it cannot have. It may be one of: {values}.</source>
            <translation>ቅንብር {name} ሊኖረው የማይችል ዋጋ አለው። ከእነዚህ አንዱ ሊሆን ይችላል: {values}።</translation>
        </message>
        <message>
            <source>The setting {name} of this driver cannot be used: {part}. It is written like this: {form}. Correct it and start this program again.</source>
            <translation>የዚህ ድራይቨር ቅንብር {name} ሊሠራበት አይችልም: {part}። የሚጻፈው እንዲህ ነው: {form}። አርመውት ይህን ፕሮግራም እንደገና ያስጀምሩ።</translation>
        </message>
        <message>
            <source>The settings were changed past this program: version {number} is missing or not as this station signed it. What was set before it counts. Look into the trail, then set them anew.</source>
            <translation>ቅንብሮቹ ከዚህ ፕሮግራም ውጭ ተለውጠዋል፦ ስሪት {number} የለም ወይም ይህ ጣቢያ እንደፈረመው አይደለም። ከዚያ በፊት የተቀናበረው ይጸናል። መዝገቡን ይመልከቱና እንደገና ያቀናብሩ።</translation>
        </message>
        <message>
            <source>The sharing of records broke off. Begin this step again.</source>
            <translation>መዝገቦችን ማጋራት ተቋርጧል። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The sign-in at the identity provider did not succeed. It can be tried again.</source>
            <translation>በማንነት አቅራቢው መግባት አልተሳካም። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The sign-in at the trusted provider did not succeed. It can be tried again.</source>
            <translation>በታመነው አቅራቢ መግባት አልተሳካም። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The sign-in was declined at the identity provider. It can be tried again.</source>
            <translation>በማንነት አቅራቢው መግባት ተከልክሏል። እንደገና ሊሞከር ይችላል።</translation>
        </message>
        <message>
            <source>The sign-in was not as strong as is needed here. Sign in again in a stronger way.</source>
            <translation>መግቢያው እዚህ የሚያስፈልገውን ያህል ጠንካራ አልነበረም። በጠንካራ መንገድ እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>The signature does not match. The data was changed or comes from somebody else.</source>
            <translation>ፊርማው አይመሳሰልም። መረጃው ተቀይሯል ወይም ከሌላ ሰው ነው።</translation>
        </message>
        <message>
            <source>The signature of a station's request cannot be read.</source>
            <translation>የጣቢያ ጥያቄ ፊርማ ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>The signature of the person cannot be read.</source>
            <translation>የግለሰቡ ፊርማ ሊነበብ አይችልም።</translation>
        </message>
        <message>
            <source>The signature of the {kind} is wrong. Do not use it and tell your supervisor.</source>
            <translation>የ{kind} ፊርማ የተሳሳተ ነው። አይጠቀሙበት፣ ለተቆጣጣሪዎም ይንገሩ።</translation>
        </message>
        <message>
            <source>The six digits on the front</source>
            <translation>በፊቱ ያሉት ስድስት አሃዞች</translation>
        </message>
        <message>
            <source>The slip is dated {date}, which is still to come. Check the clock of this computer.</source>
            <translation>ደረሰኙ ገና ያልደረሰ ቀን {date} አለው። የዚህን ኮምፒውተር ሰዓት ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The slip is genuine, but it is not of a person of this name.</source>
            <translation>ደረሰኙ እውነተኛ ነው፣ በዚህ ስም ያለ ሰው ግን አይደለም።</translation>
        </message>
        <message>
            <source>The slip is genuine, but it was valid until {date} only.</source>
            <translation>ደረሰኙ እውነተኛ ነው፣ የሚሠራው ግን እስከ {date} ብቻ ነበር።</translation>
        </message>
        <message>
            <source>The slip is saved as {file}. It holds personal data: delete the file after use.</source>
            <translation>ደረሰኙ {file} ሆኖ ተቀምጧል። የግል መረጃ ይዟል፦ ከተጠቀሙበት በኋላ ፋይሉን ያጥፉት።</translation>
        </message>
        <message>
            <source>The slip was changed after it was issued: its signature does not match what it says.</source>
            <translation>ደረሰኙ ከተሰጠ በኋላ ተቀይሯል: ፊርማው ከሚለው ጋር አይመሳሰልም።</translation>
        </message>
        <message>
            <source>The slip was not issued by the station of this certificate: it is forged, or another station's.</source>
            <translation>ደረሰኙ በዚህ ሰርተፍኬት ጣቢያ አልተሰጠም: የተጭበረበረ ነው፣ ወይም የሌላ ጣቢያ ነው።</translation>
        </message>
        <message>
            <source>The slip was sent to the printer.</source>
            <translation>ደረሰኙ ወደ ማተሚያው ተልኳል።</translation>
        </message>
        <message>
            <source>The source has no record any more that belongs to this person.</source>
            <translation>ምንጩ የዚህ ሰው የሆነ መዝገብ ከእንግዲህ የለውም።</translation>
        </message>
        <message>
            <source>The source has several records that could be this person's. The person has to share theirs anew.</source>
            <translation>ምንጩ የዚህ ሰው ሊሆኑ የሚችሉ ብዙ መዝገቦች አሉት። ግለሰቡ የእሳቸውን እንደገና ማጋራት አለባቸው።</translation>
        </message>
        <message>
            <source>The source of the records does not let MiTrust in any more. The person has to share them anew.</source>
            <translation>የመዝገቦቹ ምንጭ MiTrustን ከእንግዲህ አያስገባም። ግለሰቡ እንደገና ማጋራት አለባቸው።</translation>
        </message>
        <message>
            <source>The station in this folder is a real one; the demo does not write to it.</source>
            <translation>በዚህ አቃፊ ያለው ጣቢያ እውነተኛ ነው፤ ማሳያው አይጽፍበትም።</translation>
        </message>
        <message>
            <source>The station keeps no version {number} of what the server sent.</source>
            <translation>ጣቢያው አገልጋዩ ከላከው ስሪት {number}ን አልያዘም።</translation>
        </message>
        <message>
            <source>The station's data could not be brought into this version's form ({kind}). They are as they were: use the version of before, and tell your administrator.</source>
            <translation>የጣቢያው መረጃ ወደዚህ ስሪት ቅርጽ ሊመጣ አልቻለም ({kind})። እንደነበረው ነው: የቀድሞውን ስሪት ይጠቀሙ፣ ለአስተዳዳሪዎም ይንገሩ።</translation>
        </message>
        <message>
            <source>The station's data was written by a newer version of Muster. Update the program.</source>
            <translation>የጣቢያው መረጃ በአዲስ የMuster ስሪት ተጽፏል። ፕሮግራሙን ያሻሽሉ።</translation>
        </message>
        <message>
            <source>The station's database cannot be opened: it is damaged or the key is wrong.</source>
            <translation>የጣቢያው ዳታቤዝ ሊከፈት አይችልም: ተበላሽቷል ወይም ቁልፉ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>The station's database is damaged, and too little is left to rebuild it from. Nothing was changed: put the station's folder back from your backup.</source>
            <translation>የጣቢያው ዳታቤዝ ተበላሽቷል፤ እንደገና ለመገንባት የቀረው በጣም ጥቂት ነው። ምንም አልተቀየረም: የጣቢያውን አቃፊ ከመጠባበቂያዎ ይመልሱ።</translation>
        </message>
        <message>
            <source>The station's database was damaged. It was put aside in {folder} and rebuilt; look through your drafts and packets, and tell your supervisor.</source>
            <translation>የጣቢያው ዳታቤዝ ተበላሽቶ ነበር። በ{folder} ተቀምጦ እንደገና ተገንብቷል፤ ረቂቆችዎንና ጥቅሎችዎን ይመልከቱ፣ ለተቆጣጣሪዎም ይንገሩ።</translation>
        </message>
        <message>
            <source>The station's folder cannot be read. Check the disk and its permissions.</source>
            <translation>የጣቢያው አቃፊ ሊነበብ አይችልም። ዲስኩንና ፈቃዶቹን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The station's folder cannot be written. Check the disk and its permissions.</source>
            <translation>ወደ ጣቢያው አቃፊ መጻፍ አይቻልም። ዲስኩንና ፈቃዶቹን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>The station's settings cannot be read: station.json is damaged.</source>
            <translation>የጣቢያው ቅንብሮች ሊነበቡ አይችሉም: station.json ተበላሽቷል።</translation>
        </message>
        <message>
            <source>The step {node} asks for {minimum} successes and has {children} steps.</source>
            <translation>ደረጃ {node} {minimum} ስኬቶችን ይጠይቃል፤ {children} ደረጃዎች አሉት።</translation>
        </message>
        <message>
            <source>The step {node} does not offer that: {options}.</source>
            <translation>ደረጃ {node} ያንን አያቀርብም: {options}።</translation>
        </message>
        <message>
            <source>The step {node} does not wait for this.</source>
            <translation>ደረጃ {node} ይህን አይጠብቅም።</translation>
        </message>
        <message>
            <source>The step {node} has no steps in it.</source>
            <translation>ደረጃ {node} በውስጡ ደረጃዎች የሉትም።</translation>
        </message>
        <message>
            <source>The step {node} is given {target} from two places.</source>
            <translation>ደረጃ {node} {target}ን ከሁለት ቦታ ያገኛል።</translation>
        </message>
        <message>
            <source>The step {node} is given {target}, which its method does nothing with. Perhaps it is misspelt.</source>
            <translation>ደረጃ {node} {target} ይሰጠዋል፤ ዘዴው ግን አይጠቀምበትም። ምናልባት አጻጻፉ ተሳስቷል።</translation>
        </message>
        <message>
            <source>The step {node} is made of others: go on with one of those.</source>
            <translation>ደረጃ {node} ከሌሎች የተሠራ ነው: ከእነዚያ በአንዱ ይቀጥሉ።</translation>
        </message>
        <message>
            <source>The step {node} is not to be done now.</source>
            <translation>ደረጃ {node} አሁን አይከናወንም።</translation>
        </message>
        <message>
            <source>The step {node} is over.</source>
            <translation>ደረጃ {node} አልቋል።</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which cannot have run before it.</source>
            <translation>ደረጃ {node} ከ{source} ይወስዳል፤ እሱ ግን ከዚህ በፊት ሊሄድ አይችልም።</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which is no step that finds anything.</source>
            <translation>ደረጃ {node} ከ{source} ይወስዳል፤ እሱ ግን ምንም የሚያገኝ ደረጃ አይደለም።</translation>
        </message>
        <message>
            <source>The step {node} uses a method that is not defined: {method}.</source>
            <translation>ደረጃ {node} ያልተገለጸ ዘዴ ይጠቀማል: {method}።</translation>
        </message>
        <message>
            <source>The step {node} would ask an address that is not secure: it has to begin with https.</source>
            <translation>ደረጃ {node} ደህንነቱ ያልተጠበቀ አድራሻ ይጠይቅ ነበር: በhttps መጀመር አለበት።</translation>
        </message>
        <message>
            <source>The steps that were needed did not succeed.</source>
            <translation>ያስፈልጉ የነበሩ ደረጃዎች አልተሳኩም።</translation>
        </message>
        <message>
            <source>The strongest evidence there is shows who this person is, with the person before you.</source>
            <translation>እጅግ ጠንካራው ማስረጃ ይህ ሰው ማን እንደሆነ ያሳያል፣ ሰውየውም በፊትዎ ነው።</translation>
        </message>
        <message>
            <source>The suggestion</source>
            <translation>ሐሳቡ</translation>
        </message>
        <message>
            <source>The supervisor knows this person.</source>
            <translation>ተቆጣጣሪው ይህን ሰው ያውቃሉ።</translation>
        </message>
        <message>
            <source>The supervisor's user name or password is wrong. Check both and try again.</source>
            <translation>የተቆጣጣሪው የተጠቃሚ ስም ወይም የይለፍ ቃል የተሳሳተ ነው። ሁለቱንም አረጋግጠው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The table of assurance levels has a missing or wrong value at {place}.</source>
            <translation>የእርግጠኝነት ደረጃዎች ሰንጠረዥ በ{place} የጎደለ ወይም የተሳሳተ ዋጋ አለው።</translation>
        </message>
        <message>
            <source>The table that is shown, as a file for a spreadsheet (CSV)</source>
            <translation>የሚታየው ሠንጠረዥ ለተመን ሉህ እንደሚሆን ፋይል (CSV)</translation>
        </message>
        <message>
            <source>The ten minutes for sharing records were over. It can be begun again.</source>
            <translation>መዝገቦችን ለማጋራት የተሰጠው አሥር ደቂቃ አልቋል። እንደገና ሊጀመር ይችላል።</translation>
        </message>
        <message>
            <source>The test did not end within {seconds} s. Unplug the {kind}, restart this program, and give this report to the maker of its driver.</source>
            <translation>ሙከራው በ{seconds} ሰከንድ ውስጥ አላበቃም። {kind}ን ይንቀሉ፣ ይህን ፕሮግራም እንደገና ያስጀምሩ፣ ይህን ዘገባም ለድራይቨሩ አዘጋጅ ይስጡ።</translation>
        </message>
        <message>
            <source>The time for this proof is over. Begin again.</source>
            <translation>የዚህ ማረጋገጫ ጊዜ አልቋል። እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The time for this proof of identity is over. Begin again.</source>
            <translation>የዚህ የማንነት ማረጋገጫ ጊዜ አልቋል። እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The time for this step is over. Begin it anew.</source>
            <translation>የዚህ ደረጃ ጊዜ አልቋል። እንደ አዲስ ይጀምሩት።</translation>
        </message>
        <message>
            <source>The time of capture in the record is neither a time nor marked as unknown.</source>
            <translation>በመዝገቡ ያለው የቀረጻ ጊዜ ጊዜም አይደለም፣ ያልታወቀ ተብሎም አልተመለከተም።</translation>
        </message>
        <message>
            <source>The timed run waited in vain for a screen: {screen}.</source>
            <translation>የጊዜ ልኬቱ ማያውን በከንቱ ጠብቋል: {screen}።</translation>
        </message>
        <message>
            <source>The tokens are renewed.</source>
            <translation>ቶከኖቹ ታድሰዋል።</translation>
        </message>
        <message>
            <source>The tour waited in vain for a screen: {screen}.</source>
            <translation>ጉብኝቱ ማያውን በከንቱ ጠብቋል: {screen}።</translation>
        </message>
        <message>
            <source>The trail cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>መዝገቡ ወደ {file} መጻፍ አይችልም። ባለ አቃፊ ውስጥ ያለ ፋይል ይሰይሙ።</translation>
        </message>
        <message>
            <source>The trail is BROKEN at record {number}: what stands from there on proves nothing.</source>
            <translation>የኦዲት ሰንሰለቱ በመዝገብ {number} ተሰብሯል: ከዚያ በኋላ ያለው ምንም አያረጋግጥም።</translation>
        </message>
        <message>
            <source>The trail is being checked …</source>
            <translation>የኦዲት ሰንሰለቱ እየተፈተሸ ነው …</translation>
        </message>
        <message>
            <source>The trail is unbroken: {count} records, signed by this station's key up to record {upto}.</source>
            <translation>የኦዲት ሰንሰለቱ አልተሰበረም: {count} መዝገቦች፣ እስከ መዝገብ {upto} በዚህ ጣቢያ ቁልፍ የተፈረሙ።</translation>
        </message>
        <message>
            <source>The trail tells nothing of a registration with this number.</source>
            <translation>የኦዲት ሰንሰለቱ በዚህ ቁጥር ስላለ ምዝገባ ምንም አይናገርም።</translation>
        </message>
        <message>
            <source>The trusted provider did not tell something about the person that is needed here.</source>
            <translation>የታመነው አቅራቢ ስለ ግለሰቡ እዚህ የሚያስፈልግ ነገር አልነገረም።</translation>
        </message>
        <message>
            <source>The two passwords differ.</source>
            <translation>ሁለቱ የይለፍ ቃሎች ይለያያሉ።</translation>
        </message>
        <message>
            <source>The two passwords of {name} differ.</source>
            <translation>የ{name} ሁለት የይለፍ ቃሎች ይለያያሉ።</translation>
        </message>
        <message>
            <source>The type of face picture in the record is none that the standard knows.</source>
            <translation>በመዝገቡ ያለው የፊት ምስል ዓይነት በመስፈርቱ አይታወቅም።</translation>
        </message>
        <message>
            <source>The unit of resolution in the record is neither pixels per inch nor per centimetre.</source>
            <translation>በመዝገቡ ያለው የጥራት መለኪያ በኢንችም በሴንቲሜትርም ፒክስል አይደለም።</translation>
        </message>
        <message>
            <source>The use case asks for more than all of its methods together can prove.</source>
            <translation>የአጠቃቀም ሁኔታው ሁሉም ዘዴዎቹ በአንድነት ሊያረጋግጡ ከሚችሉት በላይ ይጠይቃል።</translation>
        </message>
        <message>
            <source>The use case cannot succeed: too many of its methods are switched off or prohibited.</source>
            <translation>የአጠቃቀም ሁኔታው ሊሳካ አይችልም: ብዙ ዘዴዎቹ ጠፍተዋል ወይም ተከልክለዋል።</translation>
        </message>
        <message>
            <source>The use case {use_case} cannot be used ({reason}). 'muster proofing compile' says all that is wrong with it.</source>
            <translation>የአጠቃቀም ሁኔታ {use_case} ሊሠራበት አይችልም ({reason})። 'muster proofing compile' ስህተቶቹን ሁሉ ይናገራል።</translation>
        </message>
        <message>
            <source>The use case {use_case} stands in the proofing configuration twice.</source>
            <translation>የአጠቃቀም ሁኔታ {use_case} በማረጋገጫ ውቅሩ ሁለት ጊዜ አለ።</translation>
        </message>
        <message>
            <source>The values are no JSON object of texts: {file}.</source>
            <translation>ዋጋዎቹ የጽሑፎች የJSON ነገር አይደሉም: {file}።</translation>
        </message>
        <message>
            <source>The video file that stands for a camera is not there or cannot be read. Ask your administrator.</source>
            <translation>በካሜራ ምትክ ያለው የቪዲዮ ፋይል የለም ወይም ሊነበብ አይችልም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>The wallet could not answer, perhaps for want of a fitting credential. Take another way.</source>
            <translation>ዋሌቱ መመለስ አልቻለም፣ ምናልባት ተስማሚ ማስረጃ ስለሌለው። ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>The wallet did not answer in time. Begin this step again.</source>
            <translation>ዋሌቱ በጊዜው አልመለሰም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credential belongs to whoever showed it.</source>
            <translation>ዋሌቱ ማስረጃው ያሳየው ሰው መሆኑን አላረጋገጠም።</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credentials it showed belong to one and the same person.</source>
            <translation>ዋሌቱ ያሳያቸው ማስረጃዎች የአንድ ሰው መሆናቸውን አላረጋገጠም።</translation>
        </message>
        <message>
            <source>The wallet did not show something about the person that is needed here.</source>
            <translation>ዋሌቱ ስለ ግለሰቡ እዚህ የሚያስፈልግ ነገር አላሳየም።</translation>
        </message>
        <message>
            <source>The wallet showed a credential of another kind than was asked for.</source>
            <translation>ዋሌቱ ከተጠየቀው ሌላ ዓይነት ማስረጃ አሳይቷል።</translation>
        </message>
        <message>
            <source>The wallet showed more about the person than it was asked for, so nothing was kept.</source>
            <translation>ዋሌቱ ስለ ግለሰቡ ከተጠየቀው በላይ ስላሳየ ምንም አልተቀመጠም።</translation>
        </message>
        <message>
            <source>The width or height in the record is not that of the picture inside it.</source>
            <translation>በመዝገቡ ያለው ስፋት ወይም ቁመት በውስጡ ካለው ምስል ጋር አይስማማም።</translation>
        </message>
        <message>
            <source>The {kind} answered in another version of the interface than it was asked in.</source>
            <translation>{kind} ከተጠየቀው ሌላ የበይነገጽ ስሪት መለሰ።</translation>
        </message>
        <message>
            <source>The {kind} answered with another capture than the one asked for. Try again.</source>
            <translation>{kind} ከተጠየቀው ሌላ ቀረጻ መለሰ። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} calls a picture another finger or eye than its record does. Tell support.</source>
            <translation>{kind} አንድን ምስል ከመዝገቡ ሌላ ጣት ወይም ዓይን ይለዋል። ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} calls itself certified, but nobody this station believes in vouches for its chip. Tell support.</source>
            <translation>{kind} የተረጋገጠ ነኝ ይላል፤ ይህ ጣቢያ የሚያምነው ማንም ግን ለቺፑ ዋስትና አይሰጥም። ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} cannot capture what is needed here. Use another device.</source>
            <translation>{kind} እዚህ የሚያስፈልገውን ሊቀርጽ አይችልም። ሌላ መሣሪያ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The {kind} cannot reach its maker's server. Connect this computer to the network.</source>
            <translation>{kind} የአምራቹን አገልጋይ ሊያገኝ አይችልም። ይህን ኮምፒውተር ከኔትወርክ ያገናኙ።</translation>
        </message>
        <message>
            <source>The {kind} captured for another purpose than registration.</source>
            <translation>{kind} ከምዝገባ ሌላ ለሆነ ዓላማ ቀርጿል።</translation>
        </message>
        <message>
            <source>The {kind} chains its captures in an older way than specified.</source>
            <translation>{kind} ቀረጻዎቹን ከተደነገገው በቆየ መንገድ ያያይዛል።</translation>
        </message>
        <message>
            <source>The {kind} chosen at this station, {chosen}, is not ready. {used} is used instead.</source>
            <translation>በዚህ ጣቢያ የተመረጠው {kind}፣ {chosen}፣ ዝግጁ አይደለም። በምትኩ {used} ጥቅም ላይ ይውላል።</translation>
        </message>
        <message>
            <source>The {kind} could not use what it saw. Clean it and try again.</source>
            <translation>{kind} ያየውን ሊጠቀምበት አልቻለም። አጽድተውት እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} did not answer in time. Try again.</source>
            <translation>{kind} በጊዜው አልመለሰም። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} did not sign what it answered. Do not use it and tell support.</source>
            <translation>{kind} መልሱን አልፈረመም። አይጠቀሙበት፣ ለድጋፍ ክፍልም ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} did not understand the order (error {number}). Tell support.</source>
            <translation>{kind} ትእዛዙን አልተረዳም (ስህተት {number})። ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} does not say which finger or eye it captured. Use another device.</source>
            <translation>{kind} የትኛውን ጣት ወይም ዓይን እንደቀረጸ አይገልጽም። ሌላ መሣሪያ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The {kind} handed out a finger or eye that is an exception; it was not kept.</source>
            <translation>{kind} ልዩ ሁኔታ የሆነ ጣት ወይም ዓይን ሰጥቷል፤ አልተቀመጠም።</translation>
        </message>
        <message>
            <source>The {kind} handed out a picture that it has handed out before. Tell your supervisor if it happens again.</source>
            <translation>{kind} ቀድሞ የሰጠውን ምስል ሰጥቷል። እንደገና ከተከሰተ ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} handed out something else than it is made for.</source>
            <translation>{kind} ከተሠራለት ሌላ ነገር ሰጥቷል።</translation>
        </message>
        <message>
            <source>The {kind} handed out the same finger or eye twice. Try again.</source>
            <translation>{kind} ተመሳሳይ ጣት ወይም ዓይን ሁለት ጊዜ ሰጥቷል። እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} has a new key since it was found; its maker vouches for it.</source>
            <translation>{kind} ከተገኘ ወዲህ አዲስ ቁልፍ አለው፤ አምራቹ ዋስትና ይሰጣል።</translation>
        </message>
        <message>
            <source>The {kind} has no valid certificate of its maker. Connect it to its maker's server, or use another device.</source>
            <translation>{kind} የአምራቹ የጸና ሰርተፍኬት የለውም። ከአምራቹ አገልጋይ ጋር ያገናኙት፣ ወይም ሌላ መሣሪያ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>The {kind} is busy. Close other programs that use it and try again.</source>
            <translation>{kind} ሥራ ላይ ነው። የሚጠቀሙበትን ሌሎች ፕሮግራሞች ዘግተው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} is connected.</source>
            <translation>{kind} ተገናኝቷል።</translation>
        </message>
        <message>
            <source>The {kind} is not ready yet. Wait a moment and try again.</source>
            <translation>{kind} ገና ዝግጁ አይደለም። አንድ አፍታ ጠብቀው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} is set up for another environment than this station. Tell support.</source>
            <translation>{kind} ከዚህ ጣቢያ ሌላ ለሆነ አካባቢ ተዋቅሯል። ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} reported a fault. Unplug it, plug it in and try again.</source>
            <translation>{kind} ብልሽት አሳውቋል። ነቅለው ይሰኩትና እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} reported error {number}. Try again; tell support if it stays.</source>
            <translation>{kind} ስህተት {number} አሳውቋል። እንደገና ይሞክሩ፤ ከቀጠለ ለድጋፍ ክፍል ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} saw nothing. Place it again and keep still.</source>
            <translation>{kind} ምንም አላየም። እንደገና አስቀምጠው ሳይንቀሳቀሱ ይቆዩ።</translation>
        </message>
        <message>
            <source>The {kind} says that somebody has tampered with it. Do not use it and tell your supervisor.</source>
            <translation>{kind} ሰው ነካክቶኛል ይላል። አይጠቀሙበት፣ ለተቆጣጣሪዎም ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} signed something else than it handed out. Tell your supervisor.</source>
            <translation>{kind} ከሰጠው ሌላ ነገር ፈርሟል። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} wants its captures sent out of this computer. Do not use it and tell your supervisor.</source>
            <translation>{kind} ቀረጻዎቹ ከዚህ ኮምፒውተር ውጭ እንዲላኩ ይፈልጋል። አይጠቀሙበት፣ ለተቆጣጣሪዎም ይንገሩ።</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in and try again.</source>
            <translation>{kind} ተነቅሏል። ሰክተውት እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in; it goes on by itself.</source>
            <translation>{kind} ተነቅሏል። ይሰኩት፤ በራሱ ይቀጥላል።</translation>
        </message>
        <message>
            <source>The {kind} was withdrawn from use. Put it away and tell your supervisor.</source>
            <translation>{kind} ከአገልግሎት ወጥቷል። ለብቻው አስቀምጠው ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>There are attempts left. A poor capture can be kept only when all are used up.</source>
            <translation>ገና ሙከራዎች ይቀራሉ። ደካማ ቀረጻ ሊቀመጥ የሚችለው ሁሉም ሲያልቁ ብቻ ነው።</translation>
        </message>
        <message>
            <source>There are no packets at present.</source>
            <translation>አሁን ምንም ጥቅል የለም።</translation>
        </message>
        <message>
            <source>There are no pictures in the folder {folder}.</source>
            <translation>በአቃፊ {folder} ምስሎች የሉም።</translation>
        </message>
        <message>
            <source>There are several requiredOn: here any of them is enough, MOSIP's own client looks at the first alone.</source>
            <translation>ብዙ requiredOn አሉ: እዚህ ማንኛውም አንዱ በቂ ነው፣ የMOSIP ፕሮግራም ግን የመጀመሪያውን ብቻ ይመለከታል።</translation>
        </message>
        <message>
            <source>There cannot be an answer before {time}.</source>
            <translation>ከ{time} በፊት መልስ ሊኖር አይችልም።</translation>
        </message>
        <message>
            <source>There is a document in that place already. Remove it first.</source>
            <translation>በዚያ ቦታ ሰነድ አለ። መጀመሪያ ያስወግዱት።</translation>
        </message>
        <message>
            <source>There is a file of that name already. Choose another name for the note.</source>
            <translation>በዚህ ስም ፋይል አለ። ለማስታወሻው ሌላ ስም ይምረጡ።</translation>
        </message>
        <message>
            <source>There is a file of that name already: {file}. It was not changed.</source>
            <translation>በዚህ ስም ፋይል አለ: {file}። አልተቀየረም።</translation>
        </message>
        <message>
            <source>There is a network</source>
            <translation>ኔትወርክ አለ</translation>
        </message>
        <message>
            <source>There is a station in this folder already.</source>
            <translation>በዚህ አቃፊ ጣቢያ አለ።</translation>
        </message>
        <message>
            <source>There is data already. A backup is restored into an empty hub only.</source>
            <translation>ውሂብ አስቀድሞ አለ። ምትኬ የሚመለሰው ባዶ ማዕከል ውስጥ ብቻ ነው።</translation>
        </message>
        <message>
            <source>There is neither a UI specification nor an ID schema in {file}. Name MOSIP's JSON, or its table as CSV.</source>
            <translation>በ{file} የUI መግለጫም የመታወቂያ ስኬማም የለም። የMOSIPን JSON፣ ወይም ሰንጠረዡን እንደ CSV ይጥቀሱ።</translation>
        </message>
        <message>
            <source>There is no age group {group}. Known are {known}.</source>
            <translation>የዕድሜ ቡድን {group} የለም። የሚታወቁት {known} ናቸው።</translation>
        </message>
        <message>
            <source>There is no agreed format for what was captured, so it cannot be written.</source>
            <translation>ለተቀረጸው የተስማማ ቅርጸት ስለሌለ ሊጻፍ አይችልም።</translation>
        </message>
        <message>
            <source>There is no display that a window could be shown on. Start this program in a graphical session; the commands work without one.</source>
            <translation>መስኮት ሊታይበት የሚችል ማያ የለም። ይህን ፕሮግራም በግራፊክ ክፍለ ጊዜ ያስጀምሩ፤ ትእዛዞቹ ያለ ማያ ይሠራሉ።</translation>
        </message>
        <message>
            <source>There is no document on the chip reader. Lay it on and try again.</source>
            <translation>በቺፕ አንባቢው ላይ ሰነድ የለም። አስቀምጠው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>There is no file behind this piece.</source>
            <translation>ከዚህ ክፍል ጀርባ ፋይል የለም።</translation>
        </message>
        <message>
            <source>There is no finger on record to compare with. Take another way.</source>
            <translation>ለማነጻጸር የተመዘገበ ጣት የለም። ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>There is no job of this name. It may be one of: {names}.</source>
            <translation>በዚህ ስም ሥራ የለም። ከእነዚህ አንዱ ሊሆን ይችላል: {names}።</translation>
        </message>
        <message>
            <source>There is no kind of server of this name. It may be one of: {kinds}.</source>
            <translation>በዚህ ስም የአገልጋይ ዓይነት የለም። ከእነዚህ አንዱ ሊሆን ይችላል: {kinds}።</translation>
        </message>
        <message>
            <source>There is no label in {languages}; English or the id is shown.</source>
            <translation>በ{languages} መለያ የለም፤ እንግሊዝኛው ወይም id ይታያል።</translation>
        </message>
        <message>
            <source>There is no list for a review in this folder.</source>
            <translation>በዚህ አቃፊ የግምገማ ዝርዝር የለም።</translation>
        </message>
        <message>
            <source>There is no list of packets in this folder. Perhaps the drive was pulled out too early: hand over again.</source>
            <translation>በዚህ አቃፊ የጥቅሎች ዝርዝር የለም። ምናልባት ድራይቩ ቀድሞ ተነቅሏል: እንደገና ያስረክቡ።</translation>
        </message>
        <message>
            <source>There is no other device for this.</source>
            <translation>ለዚህ ሌላ መሣሪያ የለም።</translation>
        </message>
        <message>
            <source>There is no portrait to compare the face with. Take a document of the person first.</source>
            <translation>ፊቱን ለማነጻጸር ፎቶ የለም። መጀመሪያ የግለሰቡን ሰነድ ይውሰዱ።</translation>
        </message>
        <message>
            <source>There is no proofing use case {use_case} for {tenant}.</source>
            <translation>ለ{tenant} የማረጋገጫ አጠቃቀም ሁኔታ {use_case} የለም።</translation>
        </message>
        <message>
            <source>There is no setting called {name}.</source>
            <translation>{name} የሚባል ቅንብር የለም።</translation>
        </message>
        <message>
            <source>There is no signed code of a slip in this. Photograph it again, flat and in good light, or type its text.</source>
            <translation>በዚህ ውስጥ የተፈረመ የደረሰኝ ኮድ የለም። ዘርግተው በጥሩ ብርሃን እንደገና ያንሱት፣ ወይም ጽሑፉን ይጻፉ።</translation>
        </message>
        <message>
            <source>There is no station in this folder yet. Open the window once, or run 'muster station create'.</source>
            <translation>በዚህ አቃፊ ገና ጣቢያ የለም። መስኮቱን አንድ ጊዜ ይክፈቱ፣ ወይም 'muster station create' ያስኪዱ።</translation>
        </message>
        <message>
            <source>There is no such file: {file}.</source>
            <translation>እንዲህ ያለ ፋይል የለም: {file}።</translation>
        </message>
        <message>
            <source>There is no such folder: {folder}.</source>
            <translation>እንዲህ ያለ አቃፊ የለም: {folder}።</translation>
        </message>
        <message>
            <source>There is no version {number} of the settings.</source>
            <translation>የቅንብሮች ስሪት {number} የለም።</translation>
        </message>
        <message>
            <source>There is nothing in this registration to be confirmed.</source>
            <translation>በዚህ ምዝገባ የሚረጋገጥ ነገር የለም።</translation>
        </message>
        <message>
            <source>There is nothing to be reviewed under this number.</source>
            <translation>በዚህ ቁጥር የሚገመገም የለም።</translation>
        </message>
        <message>
            <source>There is nothing yet to look this person up by.</source>
            <translation>ይህን ሰው ለመፈለግ ገና ምንም የለም።</translation>
        </message>
        <message>
            <source>There is only the trace of an earlier finger. Clean the glass.</source>
            <translation>የቀድሞ ጣት አሻራ ብቻ አለ። መስታወቱን ያጽዱ።</translation>
        </message>
        <message>
            <source>There is something behind the end of the record, at byte {offset}.</source>
            <translation>ከመዝገቡ ማብቂያ በኋላ ነገር አለ፣ በባይት {offset}።</translation>
        </message>
        <message>
            <source>There is something behind the picture in the record that nobody looks at.</source>
            <translation>በመዝገቡ ካለው ምስል በኋላ ማንም የማይመለከተው ነገር አለ።</translation>
        </message>
        <message>
            <source>There is something on the chip reader that does not answer. Turn the document over, or open it at the page with the portrait.</source>
            <translation>በቺፕ አንባቢው ላይ የማይመልስ ነገር አለ። ሰነዱን ይገልብጡ፣ ወይም ፎቶ ባለበት ገጽ ይክፈቱት።</translation>
        </message>
        <message>
            <source>There is too little print on the page to judge this.</source>
            <translation>ይህን ለመመዘን በገጹ ላይ ያለው ጽሑፍ በጣም ጥቂት ነው።</translation>
        </message>
        <message>
            <source>There is too little space on the disk for another registration. Free some first.</source>
            <translation>በዲስኩ ላይ ለሌላ ምዝገባ በቂ ቦታ የለም። መጀመሪያ ቦታ ይልቀቁ።</translation>
        </message>
        <message>
            <source>There was no network. The person may be enrolled; the proof is still owed.</source>
            <translation>ኔትወርክ አልነበረም። ግለሰቡ ሊመዘገቡ ይችላሉ፤ ማረጋገጫው ገና ይቀራል።</translation>
        </message>
        <message>
            <source>There were too many wrong attempts. Wait {minutes} min {seconds} s, then try again.</source>
            <translation>ብዙ የተሳሳቱ ሙከራዎች ነበሩ። {minutes} ደቂቃ {seconds} ሰከንድ ጠብቀው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>These came with the proof and need not be scanned:</source>
            <translation>እነዚህ ከማረጋገጫው ጋር መጡ፤ መቃኘት አያስፈልጋቸውም፦</translation>
        </message>
        <message>
            <source>These pages together are too large to be sent: {size} kB, and at most {limit} kB can be. Leave some of them out.</source>
            <translation>እነዚህ ገጾች በአንድነት ለመላክ በጣም ትልቅ ናቸው: {size} kB፣ ቢበዛ {limit} kB ይቻላል። አንዳንዶቹን ይተዉ።</translation>
        </message>
        <message>
            <source>These settings are as they were. Nothing was changed.</source>
            <translation>እነዚህ ቅንብሮች እንደነበሩ ናቸው። ምንም አልተለወጠም።</translation>
        </message>
        <message>
            <source>They said that they cannot sign.</source>
            <translation>መፈረም እንደማይችል ተናግሯል።</translation>
        </message>
        <message>
            <source>This PDF cannot be read, or nobody signed it.</source>
            <translation>ይህ PDF ሊነበብ አይችልም፣ ወይም ማንም አልፈረመውም።</translation>
        </message>
        <message>
            <source>This breaks the rule {rule} of this field.</source>
            <translation>ይህ የዚህን መስክ ደንብ {rule} ይጥሳል።</translation>
        </message>
        <message>
            <source>This chip does not open with six digits. Use the machine-readable lines of the document.</source>
            <translation>ይህ ቺፕ በስድስት አሃዞች አይከፈትም። የሰነዱን ማሽን የሚያነባቸው መስመሮች ይጠቀሙ።</translation>
        </message>
        <message>
            <source>This code is not that of a driving licence.</source>
            <translation>ይህ ኮድ የመንጃ ፈቃድ አይደለም።</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: its udev rule is missing.</source>
            <translation>ይህ ኮምፒውተር ፕሮግራሙ {kind}ን እንዲጠቀም አይፈቅድም። ለድጋፍ ክፍል ይንገሩ: የudev ደንቡ ይጎድላል።</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: the account must belong to the group video.</source>
            <translation>ይህ ኮምፒውተር ፕሮግራሙ {kind}ን እንዲጠቀም አይፈቅድም። ለድጋፍ ክፍል ይንገሩ: መለያው የvideo ቡድን አባል መሆን አለበት።</translation>
        </message>
        <message>
            <source>This computer has no print service that could be asked. Save the slip as a PDF, or ask your administrator.</source>
            <translation>ይህ ኮምፒውተር ሊጠየቅ የሚችል የኅትመት አገልግሎት የለውም። ደረሰኙን እንደ PDF ያስቀምጡ፣ ወይም አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>This computer has no printer. Save the slip as a PDF, and print that elsewhere.</source>
            <translation>ይህ ኮምፒውተር ማተሚያ የለውም። ደረሰኙን እንደ PDF ያስቀምጡና ሌላ ቦታ ያትሙት።</translation>
        </message>
        <message>
            <source>This computer has no voice: during captures, what is asked of people is shown and not said.</source>
            <translation>ይህ ኮምፒውተር ድምፅ የለውም: በቀረጻ ጊዜ ሰዎች የሚጠየቁት ይታያል እንጂ አይነገርም።</translation>
        </message>
        <message>
            <source>This computer's TPM cannot be reached. It must be switched on in the computer's firmware settings, and your account must be allowed to use it.</source>
            <translation>የዚህ ኮምፒውተር TPM ሊገኝ አይችልም። በኮምፒውተሩ የፈርምዌር ቅንብሮች መብራት አለበት፣ መለያዎም እንዲጠቀምበት መፈቀድ አለበት።</translation>
        </message>
        <message>
            <source>This computer's TPM does not answer. Start the computer again.</source>
            <translation>የዚህ ኮምፒውተር TPM አይመልስም። ኮምፒውተሩን እንደገና ያስጀምሩ።</translation>
        </message>
        <message>
            <source>This computer's TPM does not hold this station's key: it is another TPM, or it was reset. What was registered is kept here. Call your administrator.</source>
            <translation>የዚህ ኮምፒውተር TPM የዚህን ጣቢያ ቁልፍ አልያዘም: ሌላ TPM ነው፣ ወይም ዳግም ተቀናብሯል። የተመዘገበው እዚህ ተቀምጧል። አስተዳዳሪዎን ይጥሩ።</translation>
        </message>
        <message>
            <source>This computer's TPM refuses ({response}). Tell your administrator what stands in the brackets.</source>
            <translation>የዚህ ኮምፒውተር TPM አይቀበልም ({response})። በቅንፉ ያለውን ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>This computer's clock is {minutes} minutes off the server's. Set its date, time and time zone, then sign in again.</source>
            <translation>የዚህ ኮምፒውተር ሰዓት ከአገልጋዩ በ{minutes} ደቂቃ ይለያል። ቀኑን፣ ሰዓቱንና የሰዓት ክልሉን አስተካክለው እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>This computer's clock was set back by {seconds} seconds meanwhile.</source>
            <translation>እስከዚያው የዚህ ኮምፒውተር ሰዓት በ{seconds} ሰከንድ ወደ ኋላ ተመልሷል።</translation>
        </message>
        <message>
            <source>This configuration cannot be used as long as a use case in it has faults: {use_case}.</source>
            <translation>በውስጡ ያለ የአጠቃቀም ሁኔታ ስህተት እስካለው ይህ ውቅር ሊሠራበት አይችልም: {use_case}።</translation>
        </message>
        <message>
            <source>This date is too long ago to be a date of birth.</source>
            <translation>ይህ ቀን የልደት ቀን ለመሆን በጣም የቆየ ነው።</translation>
        </message>
        <message>
            <source>This date lies before the date of birth. Compare {field} and {other}.</source>
            <translation>ይህ ቀን ከልደት ቀን በፊት ነው። {field}ን እና {other}ን ያነጻጽሩ።</translation>
        </message>
        <message>
            <source>This date lies in the future.</source>
            <translation>ይህ ቀን ገና ወደፊት ነው።</translation>
        </message>
        <message>
            <source>This date must not lie after {last}.</source>
            <translation>ይህ ቀን ከ{last} በኋላ መሆን የለበትም።</translation>
        </message>
        <message>
            <source>This date must not lie before {first}.</source>
            <translation>ይህ ቀን ከ{first} በፊት መሆን የለበትም።</translation>
        </message>
        <message>
            <source>This device can be used. Something about it could be better.</source>
            <translation>ይህ መሣሪያ ሊሠራበት ይችላል። የሚሻሻል ነገር ግን አለው።</translation>
        </message>
        <message>
            <source>This device cannot be used as it is. What to do stands beside the ✗.</source>
            <translation>ይህ መሣሪያ እንዳለ ሊሠራበት አይችልም። ምን እንደሚደረግ ከ✗ አጠገብ ተጽፏል።</translation>
        </message>
        <message>
            <source>This device is well.</source>
            <translation>ይህ መሣሪያ ደህና ነው።</translation>
        </message>
        <message>
            <source>This document came as a PDF that cannot be shown here. It is kept and sent as it was shared.</source>
            <translation>ይህ ሰነድ እዚህ ሊታይ በማይችል PDF መጥቷል። እንደተጋራው ይቀመጣልም ይላካልም።</translation>
        </message>
        <message>
            <source>This document cannot be accepted as a proof. Ask for another, or take another way.</source>
            <translation>ይህ ሰነድ እንደ ማረጋገጫ ተቀባይነት የለውም። ሌላ ይጠይቁ፣ ወይም ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>This document is needed before you can go on.</source>
            <translation>ከመቀጠልዎ በፊት ይህ ሰነድ ያስፈልጋል።</translation>
        </message>
        <message>
            <source>This does not look like a telephone number in use. Ask the person to say it again.</source>
            <translation>ይህ በሥራ ላይ ያለ ስልክ ቁጥር አይመስልም። ግለሰቡ እንደገና እንዲናገሩ ይጠይቁ።</translation>
        </message>
        <message>
            <source>This entry does not belong to the place chosen above it.</source>
            <translation>ይህ ግቤት ከላዩ ለተመረጠው ቦታ አይደለም።</translation>
        </message>
        <message>
            <source>This field is needed.</source>
            <translation>ይህ መስክ ያስፈልጋል።</translation>
        </message>
        <message>
            <source>This field needs its text in each language of the registration.</source>
            <translation>ይህ መስክ በምዝገባው ቋንቋዎች ሁሉ ጽሑፍ ያስፈልገዋል።</translation>
        </message>
        <message>
            <source>This file is no backup of a hub, or it is damaged.</source>
            <translation>ይህ ፋይል የማዕከል ምትኬ አይደለም፣ ወይም ተበላሽቷል።</translation>
        </message>
        <message>
            <source>This file is no exported audit trail.</source>
            <translation>ይህ ፋይል የተላከ የኦዲት ዱካ አይደለም።</translation>
        </message>
        <message>
            <source>This file is no note of a station's machine secret.</source>
            <translation>ይህ ፋይል የጣቢያ የማሽን ምስጢር ማስታወሻ አይደለም።</translation>
        </message>
        <message>
            <source>This file is no proof of an identity: {part} is missing or has a wrong form.</source>
            <translation>ይህ ፋይል የማንነት ማረጋገጫ አይደለም: {part} የለም ወይም ቅርጹ ትክክል አይደለም።</translation>
        </message>
        <message>
            <source>This finger, eye or face was not captured yet.</source>
            <translation>ይህ ጣት፣ ዓይን ወይም ፊት ገና አልተቀረጸም።</translation>
        </message>
        <message>
            <source>This folder holds registrations of a station whose station.json is missing. Restore it from a backup, or choose another folder.</source>
            <translation>ይህ አቃፊ station.json የሌለው ጣቢያ ምዝገባዎችን ይዟል። ከመጠባበቂያ ይመልሱት፣ ወይም ሌላ አቃፊ ይምረጡ።</translation>
        </message>
        <message>
            <source>This is a file: choose the folder the station lies in.</source>
            <translation>ይህ ፋይል ነው: ጣቢያው ያለበትን አቃፊ ይምረጡ።</translation>
        </message>
        <message>
            <source>This is enough for this registration.</source>
            <translation>ይህ ለዚህ ምዝገባ በቂ ነው።</translation>
        </message>
        <message>
            <source>This is kept. It can be taken again; the better of each finger counts.</source>
            <translation>ይህ ተቀምጧል። እንደገና ሊወሰድ ይችላል፤ ከእያንዳንዱ ጣት የተሻለው ይቆጠራል።</translation>
        </message>
        <message>
            <source>This is longer than {most} characters. Shorten it.</source>
            <translation>ይህ ከ{most} ፊደሎች ይረዝማል። ያሳጥሩት።</translation>
        </message>
        <message>
            <source>This is looked at elsewhere. The answer comes by itself.</source>
            <translation>ይህ በሌላ ቦታ እየታየ ነው። መልሱ በራሱ ይመጣል።</translation>
        </message>
        <message>
            <source>This is no JSON: it breaks off at line {line}, column {column}.</source>
            <translation>ይህ JSON አይደለም: በመስመር {line}፣ ዓምድ {column} ይቋረጣል።</translation>
        </message>
        <message>
            <source>This is no identity number: a digit is wrong or missing. Compare it with the card.</source>
            <translation>ይህ የመታወቂያ ቁጥር አይደለም: አንድ አሃዝ የተሳሳተ ወይም የጎደለ ነው። ከካርዱ ጋር ያነጻጽሩት።</translation>
        </message>
        <message>
            <source>This is no name for a packet in the store.</source>
            <translation>ይህ በማከማቻው ውስጥ የጥቅል ስም አይደለም።</translation>
        </message>
        <message>
            <source>This is no number of a pre-registration: it has 10 to 20 digits.</source>
            <translation>ይህ የቅድመ ምዝገባ ቁጥር አይደለም: ከ10 እስከ 20 አሃዞች አሉት።</translation>
        </message>
        <message>
            <source>This is no scope of MiTrust: {item} is not understood.</source>
            <translation>ይህ የMiTrust ወሰን አይደለም: {item} አይታወቅም።</translation>
        </message>
        <message>
            <source>This is no update for this program, or it was not copied whole. Copy it again.</source>
            <translation>ይህ የዚህ ፕሮግራም ማሻሻያ አይደለም፣ ወይም ሙሉ በሙሉ አልተቀዳም። እንደገና ይቅዱት።</translation>
        </message>
        <message>
            <source>This is not a finger you enrolled. Try again, or use your password.</source>
            <translation>ይህ ያስመዘገቡት ጣት አይደለም። እንደገና ይሞክሩ፣ ወይም የይለፍ ቃልዎን ይጠቀሙ።</translation>
        </message>
        <message>
            <source>This is not a language of the registration.</source>
            <translation>ይህ የምዝገባው ቋንቋ አይደለም።</translation>
        </message>
        <message>
            <source>This is not a phone number. Begin with + and the country, as in +212 600 000000.</source>
            <translation>ይህ ስልክ ቁጥር አይደለም። በ+ እና በአገሩ ይጀምሩ፣ ለምሳሌ +212 600 000000።</translation>
        </message>
        <message>
            <source>This is not a picture of one eye: it is too small or too large.</source>
            <translation>ይህ የአንድ ዓይን ምስል አይደለም: በጣም ትንሽ ወይም በጣም ትልቅ ነው።</translation>
        </message>
        <message>
            <source>This is not a picture of one finger at 500 dpi: it is too small or too large.</source>
            <translation>ይህ በ500 dpi የአንድ ጣት ምስል አይደለም: በጣም ትንሽ ወይም በጣም ትልቅ ነው።</translation>
        </message>
        <message>
            <source>This is not a picture of several fingers at 500 dpi.</source>
            <translation>ይህ በ500 dpi የብዙ ጣቶች ምስል አይደለም።</translation>
        </message>
        <message>
            <source>This is not a registration number: it may hold digits only.</source>
            <translation>ይህ የምዝገባ ቁጥር አይደለም: አሃዞችን ብቻ ሊይዝ ይችላል።</translation>
        </message>
        <message>
            <source>This is not a registration number: it must end in a date and a time.</source>
            <translation>ይህ የምዝገባ ቁጥር አይደለም: በቀንና በሰዓት ማብቃት አለበት።</translation>
        </message>
        <message>
            <source>This is not a registration number: it must have 29 digits.</source>
            <translation>ይህ የምዝገባ ቁጥር አይደለም: 29 አሃዞች ሊኖሩት ይገባል።</translation>
        </message>
        <message>
            <source>This is not all that is asked for here. Fill in every field.</source>
            <translation>እዚህ የሚጠየቀው ሁሉ ይህ አይደለም። እያንዳንዱን መስክ ይሙሉ።</translation>
        </message>
        <message>
            <source>This is not an e-mail address. Correct it.</source>
            <translation>ይህ የኢሜይል አድራሻ አይደለም። ያርሙት።</translation>
        </message>
        <message>
            <source>This is not the certificate that slips are checked with. Take slips.pem from the station's folder keys.</source>
            <translation>ይህ ደረሰኞች የሚረጋገጡበት ሰርተፍኬት አይደለም። slips.pemን ከጣቢያው keys አቃፊ ይውሰዱ።</translation>
        </message>
        <message>
            <source>This is not the chip of a passport or identity card. Lay the right document on the reader.</source>
            <translation>ይህ የፓስፖርት ወይም የመታወቂያ ካርድ ቺፕ አይደለም። ትክክለኛውን ሰነድ በአንባቢው ላይ ያስቀምጡ።</translation>
        </message>
        <message>
            <source>This is not the kind of record it should be.</source>
            <translation>ይህ መሆን ያለበት ዓይነት መዝገብ አይደለም።</translation>
        </message>
        <message>
            <source>This is not the number of a request: it begins with the 29 digits of a registration.</source>
            <translation>ይህ የጥያቄ ቁጥር አይደለም: በምዝገባ 29 አሃዞች ይጀምራል።</translation>
        </message>
        <message>
            <source>This is not the public key of a machine's TPM; byte {offset} cannot be there.</source>
            <translation>ይህ የማሽን TPM ይፋዊ ቁልፍ አይደለም፤ ባይት {offset} እዚያ ሊኖር አይችልም።</translation>
        </message>
        <message>
            <source>This is not written the way the field needs it.</source>
            <translation>ይህ መስኩ በሚፈልገው መንገድ አልተጻፈም።</translation>
        </message>
        <message>
            <source>This is not yet enough for this registration.</source>
            <translation>ይህ ለዚህ ምዝገባ ገና በቂ አይደለም።</translation>
        </message>
        <message>
            <source>This is the letter of a pre-registration.</source>
            <translation>ይህ የቅድመ ምዝገባ ደብዳቤ ነው።</translation>
        </message>
        <message>
            <source>This is the only administrator. Make somebody else one first, or nobody could undo it.</source>
            <translation>ብቸኛው አስተዳዳሪ እነዚህ ናቸው። መጀመሪያ ሌላ ሰው አስተዳዳሪ ያድርጉ፣ አለበለዚያ ማንም ሊመልሰው አይችልም።</translation>
        </message>
        <message>
            <source>This is the other key of the machine: signatures are checked with its signing key, data is encrypted to its encryption key.</source>
            <translation>ይህ የማሽኑ ሌላ ቁልፍ ነው: ፊርማዎች በመፈረሚያ ቁልፉ ይረጋገጣሉ፣ መረጃ ለመመስጠሪያ ቁልፉ ይመሰጠራል።</translation>
        </message>
        <message>
            <source>This key does not open the file. Use the key the file was encrypted for.</source>
            <translation>ይህ ቁልፍ ፋይሉን አይከፍትም። ፋይሉ የተመሰጠረለትን ቁልፍ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>This list of keys</source>
            <translation>ይህ የቁልፎች ዝርዝር</translation>
        </message>
        <message>
            <source>This looks like the other eye. Check that left and right are not swapped.</source>
            <translation>ይህ ሌላኛውን ዓይን ይመስላል። ግራና ቀኝ አለመቀያየራቸውን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>This looks like the other hand. Place the hand that is shown.</source>
            <translation>ይህ ሌላኛውን እጅ ይመስላል። የሚታየውን እጅ ያስቀምጡ።</translation>
        </message>
        <message>
            <source>This officer marks exceptions in {share} % of {registrations} registrations; all others here in {others} %.</source>
            <translation>ይህ ባለሙያ ከ{registrations} ምዝገባዎች በ{share} % ልዩ ሁኔታ ያመለክታሉ፤ ሌሎቹ ሁሉ እዚህ በ{others} %።</translation>
        </message>
        <message>
            <source>This pattern does not work at column {column} ({reason}). The field goes unchecked.</source>
            <translation>ይህ ንድፍ በዓምድ {column} አይሠራም ({reason})። መስኩ ሳይፈተሽ ይቀራል።</translation>
        </message>
        <message>
            <source>This person gave no token at this station by which records are shared again.</source>
            <translation>ይህ ሰው በዚህ ጣቢያ መዝገቦች እንደገና የሚጋሩበት ቶከን አልሰጡም።</translation>
        </message>
        <message>
            <source>This person has shown well enough who they are.</source>
            <translation>ይህ ሰው ማን እንደሆኑ በበቂ ሁኔታ አሳይተዋል።</translation>
        </message>
        <message>
            <source>This picture alone is too large to be sent: {size} kB, and at most {limit} kB can be. Scan it again, or choose a smaller picture.</source>
            <translation>ይህ ምስል ብቻውን ለመላክ በጣም ትልቅ ነው: {size} kB፣ ቢበዛ {limit} kB ይቻላል። እንደገና ስካን ያድርጉት፣ ወይም ትንሽ ምስል ይምረጡ።</translation>
        </message>
        <message>
            <source>This picture does not fit into the record: fingers and irises are grey, faces are RGB.</source>
            <translation>ይህ ምስል ለመዝገቡ አይስማማም: ጣቶችና አይሪሶች ግራጫ፣ ፊቶች RGB ናቸው።</translation>
        </message>
        <message>
            <source>This picture is already as small as it can be and still be read.</source>
            <translation>ይህ ምስል ሊነበብ የሚችለውን ያህል አንሷል።</translation>
        </message>
        <message>
            <source>This pre-registration was made with another system ({host}). Fill in the form with the person.</source>
            <translation>ይህ ቅድመ ምዝገባ በሌላ ሥርዓት ({host}) ተዘጋጅቷል። ቅጹን ከግለሰቡ ጋር ይሙሉ።</translation>
        </message>
        <message>
            <source>This pre-registration was taken into another registration already. Ask the person about it.</source>
            <translation>ይህ ቅድመ ምዝገባ በሌላ ምዝገባ ተወስዷል። ስለ እሱ ግለሰቡን ይጠይቁ።</translation>
        </message>
        <message>
            <source>This program was built without the public keys of those who release it, so it cannot check an update. Install the new version as you installed this one.</source>
            <translation>ይህ ፕሮግራም የሚያወጡት ሰዎች ይፋዊ ቁልፎች ሳይኖሩት ስለተሠራ ማሻሻያን ማረጋገጥ አይችልም። አዲሱን ስሪት ይህን እንደጫኑት ይጫኑት።</translation>
        </message>
        <message>
            <source>This proof of an identity was changed after it was made: {part} is not what was signed.</source>
            <translation>ይህ የማንነት ማረጋገጫ ከተሠራ በኋላ ተቀይሯል: {part} የተፈረመው አይደለም።</translation>
        </message>
        <message>
            <source>This proof of an identity was signed with another key than the one it was compared with.</source>
            <translation>ይህ የማንነት ማረጋገጫ ከተነጻጸረበት ቁልፍ በሌላ ቁልፍ ተፈርሟል።</translation>
        </message>
        <message>
            <source>This proof of identity has no step {node}.</source>
            <translation>ይህ የማንነት ማረጋገጫ ደረጃ {node} የለውም።</translation>
        </message>
        <message>
            <source>This proof of identity is over ({status}) and cannot go on.</source>
            <translation>ይህ የማንነት ማረጋገጫ አልቋል ({status})፤ ሊቀጥል አይችልም።</translation>
        </message>
        <message>
            <source>This record is not of a finger.</source>
            <translation>ይህ መዝገብ የጣት አይደለም።</translation>
        </message>
        <message>
            <source>This record is not of an iris.</source>
            <translation>ይህ መዝገብ የአይሪስ አይደለም።</translation>
        </message>
        <message>
            <source>This registration is finished and cannot be changed any more.</source>
            <translation>ይህ ምዝገባ ተጠናቋል፤ ከእንግዲህ ሊቀየር አይችልም።</translation>
        </message>
        <message>
            <source>This registration number is of another centre.</source>
            <translation>ይህ የምዝገባ ቁጥር የሌላ ማዕከል ነው።</translation>
        </message>
        <message>
            <source>This registration number is of another machine.</source>
            <translation>ይህ የምዝገባ ቁጥር የሌላ ማሽን ነው።</translation>
        </message>
        <message>
            <source>This registration was decided and signed off already.</source>
            <translation>በዚህ ምዝገባ ላይ ቀድሞ ተወስኖ ጸንቷል።</translation>
        </message>
        <message>
            <source>This registration was not compared with others here, or it is too long ago.</source>
            <translation>ይህ ምዝገባ እዚህ ከሌሎች ጋር አልተነጻጸረም፣ ወይም ብዙ ጊዜ አልፎታል።</translation>
        </message>
        <message>
            <source>This station asks for no proof of identity yet. Open a configuration.</source>
            <translation>ይህ ጣቢያ ገና የማንነት ማረጋገጫ አይጠይቅም። ውቅር ይክፈቱ።</translation>
        </message>
        <message>
            <source>This station cannot do this step: {type} is not installed.</source>
            <translation>ይህ ጣቢያ ይህን ደረጃ ማከናወን አይችልም: {type} አልተጫነም።</translation>
        </message>
        <message>
            <source>This station cannot listen where wallets are to come, by what the proofing configuration says. Tell your administrator.</source>
            <translation>በማረጋገጫ ውቅሩ መሠረት ዋሌቶች በሚመጡበት ይህ ጣቢያ ማዳመጥ አይችልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>This station does not ask who vouches for its devices.</source>
            <translation>ይህ ጣቢያ ለመሣሪያዎቹ ማን ዋስትና እንደሚሰጥ አይጠይቅም።</translation>
        </message>
        <message>
            <source>This station does not know the authority that issued the document: nothing shows who signed the chip.</source>
            <translation>ይህ ጣቢያ ሰነዱን ያወጣውን ባለሥልጣን አያውቅም: ቺፑን ማን እንደፈረመው የሚያሳይ የለም።</translation>
        </message>
        <message>
            <source>This station does not know the language {language}.</source>
            <translation>ይህ ጣቢያ ቋንቋ {language}ን አያውቅም።</translation>
        </message>
        <message>
            <source>This station does not know the person's authenticator. Take another way.</source>
            <translation>ይህ ጣቢያ የግለሰቡን ኦተንቲኬተር አያውቅም። ሌላ መንገድ ይምረጡ።</translation>
        </message>
        <message>
            <source>This station does not know the scanner's certificate and sends it nothing. Ask your administrator.</source>
            <translation>ይህ ጣቢያ የስካነሩን ሰርተፍኬት አያውቅም፤ ምንም አይልክለትም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>This station has no form for the process {process}. Ask your administrator.</source>
            <translation>ይህ ጣቢያ ለሂደት {process} ቅጽ የለውም። አስተዳዳሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>This station has no packet with that number.</source>
            <translation>ይህ ጣቢያ በዚያ ቁጥር ጥቅል የለውም።</translation>
        </message>
        <message>
            <source>This station has no registration with that number.</source>
            <translation>ይህ ጣቢያ በዚያ ቁጥር ምዝገባ የለውም።</translation>
        </message>
        <message>
            <source>This station has no server address. Packets stay in the outbox until it has one.</source>
            <translation>ይህ ጣቢያ የአገልጋይ አድራሻ የለውም። እስኪያገኝ ጥቅሎች በወጪ ሳጥን ይቆያሉ።</translation>
        </message>
        <message>
            <source>This station is for training with invented people: nothing leaves this computer.</source>
            <translation>ይህ ጣቢያ በተፈጠሩ ሰዎች ለመለማመድ ነው: ከዚህ ኮምፒውተር የሚወጣ ነገር የለም።</translation>
        </message>
        <message>
            <source>This station keeps no token for shared records of that number.</source>
            <translation>ይህ ጣቢያ በዚያ ቁጥር የተጋሩ መዝገቦች ቶከን የለውም።</translation>
        </message>
        <message>
            <source>This station knows no process {process}. Known are {known}; others are left out.</source>
            <translation>ይህ ጣቢያ ሂደት {process}ን አያውቅም። የሚታወቁት {known} ናቸው፤ ሌሎቹ ይተዋሉ።</translation>
        </message>
        <message>
            <source>This station knows no proof of identity with that number.</source>
            <translation>ይህ ጣቢያ በዚያ ቁጥር የማንነት ማረጋገጫ አያውቅም።</translation>
        </message>
        <message>
            <source>This station knows nobody who issues credentials to wallets. Synchronise it, or tell your administrator.</source>
            <translation>ይህ ጣቢያ ለዋሌቶች ማስረጃ የሚያወጣ ማንንም አያውቅም። ያመሳስሉት፣ ወይም ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>This station opens with a password and the keyring of your account at this computer.</source>
            <translation>ይህ ጣቢያ በይለፍ ቃልና በዚህ ኮምፒውተር ባለው የመለያዎ የቁልፍ ማኅደር ይከፈታል።</translation>
        </message>
        <message>
            <source>This station opens with a password on this computer only: its TPM holds a part of the key.</source>
            <translation>ይህ ጣቢያ በይለፍ ቃል በዚህ ኮምፒውተር ላይ ብቻ ይከፈታል: TPMው የቁልፉን ክፍል ይዟል።</translation>
        </message>
        <message>
            <source>This station was set up or changed by a newer version of Muster. Update the program.</source>
            <translation>ይህ ጣቢያ በአዲስ የMuster ስሪት ተዋቅሯል ወይም ተቀይሯል። ፕሮግራሙን ያሻሽሉ።</translation>
        </message>
        <message>
            <source>This step did not succeed.</source>
            <translation>ይህ ደረጃ አልተሳካም።</translation>
        </message>
        <message>
            <source>This step found an identifier that may not be used here without a legal basis.</source>
            <translation>ይህ ደረጃ ያለ ሕጋዊ መሠረት እዚህ ሊሠራበት የማይችል መለያ አግኝቷል።</translation>
        </message>
        <message>
            <source>This step is answered at once and waits for nothing.</source>
            <translation>ይህ ደረጃ ወዲያው ይመለሳል፤ ምንም አይጠብቅም።</translation>
        </message>
        <message>
            <source>This step needs a network, and may not wait for one.</source>
            <translation>ይህ ደረጃ ኔትወርክ ይፈልጋል፤ ሊጠብቀው ግን አይችልም።</translation>
        </message>
        <message>
            <source>This step needs a network. It waits: go on with it when there is one.</source>
            <translation>ይህ ደረጃ ኔትወርክ ይፈልጋል። ይጠብቃል: ኔትወርክ ሲኖር ይቀጥሉ።</translation>
        </message>
        <message>
            <source>This step waits for MiTrust and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው MiTrustን ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for a code and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው ኮድ ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for a document and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው ሰነድ ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for a form and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው ቅጽ ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for a wallet and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው ዋሌት ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for the browser and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው አሳሹን ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for the person and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው ግለሰቡን ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for the service's answer and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው የአገልግሎቱን መልስ ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step waits for the sign-in and for nothing else.</source>
            <translation>ይህ ደረጃ የሚጠብቀው መግቢያውን ብቻ ነው።</translation>
        </message>
        <message>
            <source>This step was tried too often.</source>
            <translation>ይህ ደረጃ ብዙ ጊዜ ተሞክሯል።</translation>
        </message>
        <message>
            <source>This token cannot be renewed any more: its two years are over. The person has to share the records anew.</source>
            <translation>ይህ ቶከን ከእንግዲህ ሊታደስ አይችልም: ሁለት ዓመቱ አልፏል። ግለሰቡ መዝገቦቹን እንደገና ማጋራት አለባቸው።</translation>
        </message>
        <message>
            <source>This update has nothing for a computer of this kind ({kind}).</source>
            <translation>ይህ ማሻሻያ ለዚህ ዓይነት ኮምፒውተር ({kind}) ምንም የለውም።</translation>
        </message>
        <message>
            <source>This update is not signed by enough of the people who may release this program. Do not install it.</source>
            <translation>ይህ ማሻሻያ ፕሮግራሙን እንዲያወጡ በተፈቀደላቸው በቂ ሰዎች አልተፈረመም። አይጫኑት።</translation>
        </message>
        <message>
            <source>This update is older than one that this computer already knows. Ask for the newest.</source>
            <translation>ይህ ማሻሻያ ኮምፒውተሩ አስቀድሞ ከሚያውቀው የቆየ ነው። አዲሱን ይጠይቁ።</translation>
        </message>
        <message>
            <source>This update was made on {made}, and the clock of this computer says {now}. Set the clock and try again.</source>
            <translation>ይህ ማሻሻያ የተሠራው በ{made} ነው፣ የዚህ ኮምፒውተር ሰዓት ግን {now} ይላል። ሰዓቱን አስተካክለው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>This was begun and interrupted. Begin it once more.</source>
            <translation>ይህ ተጀምሮ ተቋርጧል። አንድ ጊዜ ደግመው ይጀምሩት።</translation>
        </message>
        <message>
            <source>This was not asked for.</source>
            <translation>ይህ አልተጠየቀም።</translation>
        </message>
        <message>
            <source>This way of proving who somebody is is switched off.</source>
            <translation>ማንነትን የማረጋገጫ ይህ መንገድ ጠፍቷል።</translation>
        </message>
        <message>
            <source>This way of proving who somebody is may not be used in {territory}.</source>
            <translation>ማንነትን የማረጋገጫ ይህ መንገድ በ{territory} ሊሠራበት አይችልም።</translation>
        </message>
        <message>
            <source>This will be too large to be sent: about {expected} kB, and at most {limit} kB can be. Make the documents smaller or leave one out.</source>
            <translation>ይህ ለመላክ በጣም ትልቅ ይሆናል: {expected} kB ያህል፣ ቢበዛ {limit} kB ይቻላል። ሰነዶቹን ያሳንሱ ወይም አንዱን ይተዉ።</translation>
        </message>
        <message>
            <source>This {kind} is made for authentication and cannot register people. Use another one.</source>
            <translation>ይህ {kind} ለማረጋገጫ የተሠራ ነው፤ ሰዎችን መመዝገብ አይችልም። ሌላ ይጠቀሙ።</translation>
        </message>
        <message>
            <source>This {kind} is too small to register people. It serves signing in and checks; connect a larger one.</source>
            <translation>ይህ {kind} ሰዎችን ለመመዝገብ በጣም ትንሽ ነው። ለመግቢያና ለፍተሻ ያገለግላል፤ ትልቅ ያገናኙ።</translation>
        </message>
        <message>
            <source>Thumbs</source>
            <translation>አውራ ጣቶች</translation>
        </message>
        <message>
            <source>Tidying up failed</source>
            <translation>ማጽዳት አልተሳካም</translation>
        </message>
        <message>
            <source>Time for a proof of identity over</source>
            <translation>የማንነት ማረጋገጫ ጊዜ አልቋል</translation>
        </message>
        <message>
            <source>Time for each step</source>
            <translation>ጊዜ በእያንዳንዱ ደረጃ</translation>
        </message>
        <message>
            <source>Time left: {days} days</source>
            <translation>የቀረው ጊዜ: {days} ቀናት</translation>
        </message>
        <message>
            <source>Time left: {hours} h</source>
            <translation>የቀረው ጊዜ: {hours} ሰዓት</translation>
        </message>
        <message>
            <source>Time left: {minutes} min</source>
            <translation>የቀረው ጊዜ: {minutes} ደቂቃ</translation>
        </message>
        <message>
            <source>Time left: {seconds} s</source>
            <translation>የቀረው ጊዜ: {seconds} ሰከንድ</translation>
        </message>
        <message>
            <source>Time runs out</source>
            <translation>ጊዜው ያልቃል</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>ጊዜያት</translation>
        </message>
        <message>
            <source>To be</source>
            <translation>የሚሆነው</translation>
        </message>
        <message>
            <source>To sign in with elsewhere</source>
            <translation>በሌላ ቦታ ለመግባት</translation>
        </message>
        <message>
            <source>To what comes next; with Shift to what was before</source>
            <translation>ወደሚቀጥለው፤ ከShift ጋር ወደ ቀደመው</translation>
        </message>
        <message>
            <source>Token for sharing records again kept</source>
            <translation>መዝገቦችን እንደገና የማጋሪያ ቶከን ተቀምጧል</translation>
        </message>
        <message>
            <source>Token for sharing records could not be renewed</source>
            <translation>መዝገቦችን የማጋሪያ ቶከን ሊታደስ አልቻለም</translation>
        </message>
        <message>
            <source>Token for sharing records destroyed</source>
            <translation>መዝገቦችን የማጋሪያ ቶከን ጠፍቷል</translation>
        </message>
        <message>
            <source>Token for sharing records renewed</source>
            <translation>መዝገቦችን የማጋሪያ ቶከን ታድሷል</translation>
        </message>
        <message>
            <source>Token of</source>
            <translation>የማን ቶከን</translation>
        </message>
        <message>
            <source>Told by</source>
            <translation>የነገረው</translation>
        </message>
        <message>
            <source>Too few features are seen in the print. Clean the finger and the glass and take it again.</source>
            <translation>በአሻራው የሚታዩ ምልክቶች በጣም ጥቂት ናቸው። ጣቱንና መስታወቱን አጽድተው እንደገና ይውሰዱ።</translation>
        </message>
        <message>
            <source>Too few of the pictures show a face.</source>
            <translation>ፊት የሚያሳዩ ምስሎች በጣም ጥቂት ናቸው።</translation>
        </message>
        <message>
            <source>Too few people did enough of it in these days for the team's to stand beside yours.</source>
            <translation>በእነዚህ ቀናት ይህን በቂ ያደረጉት ሰዎች ጥቂት ስለሆኑ የቡድኑ ቁጥሮች ከእርስዎ ጎን አይታዩም።</translation>
        </message>
        <message>
            <source>Too few pictures were taken to judge this.</source>
            <translation>ይህን ለመመዘን የተወሰዱ ምስሎች በጣም ጥቂት ናቸው።</translation>
        </message>
        <message>
            <source>Too little of the background is in the picture to be judged.</source>
            <translation>ለመመዘን በምስሉ ያለው ዳራ በጣም ጥቂት ነው።</translation>
        </message>
        <message>
            <source>Too little of the two irises is seen to compare them.</source>
            <translation>ለማነጻጸር ከሁለቱ አይሪሶች የሚታየው በጣም ጥቂት ነው።</translation>
        </message>
        <message>
            <source>Too little was captured in these days to compare devices and officers.</source>
            <translation>በእነዚህ ቀናት የተወሰደው መሣሪያዎችንና ባለሙያዎችን ለማነጻጸር በጣም ጥቂት ነው።</translation>
        </message>
        <message>
            <source>Too little was done in these days for this to mean much.</source>
            <translation>በእነዚህ ቀናት የተሠራው ትርጉም እንዲኖረው በጣም ጥቂት ነው።</translation>
        </message>
        <message>
            <source>Too many stations wait to be let in. Ask again later, or tell the hub's administrator.</source>
            <translation>ለመግባት የሚጠብቁ ጣቢያዎች በጣም ብዙ ናቸው። ቆይተው እንደገና ይጠይቁ፣ ወይም ለማዕከሉ አስተዳዳሪ ይንገሩ።</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader</source>
            <translation>የጣት አሻራ አንባቢውን ይንኩ</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader.</source>
            <translation>የጣት አሻራ አንባቢውን ይንኩ።</translation>
        </message>
        <message>
            <source>Trail</source>
            <translation>የኦዲት ሰንሰለት</translation>
        </message>
        <message>
            <source>Trail exported for checking elsewhere</source>
            <translation>የኦዲት ሰንሰለት በሌላ ቦታ እንዲፈተሽ ተልኳል</translation>
        </message>
        <message>
            <source>Trail searched</source>
            <translation>በኦዲት ሰንሰለት ተፈልጓል</translation>
        </message>
        <message>
            <source>Trail up to here signed by the machine key</source>
            <translation>እስከዚህ ያለው የኦዲት ሰንሰለት በማሽኑ ቁልፍ ተፈርሟል</translation>
        </message>
        <message>
            <source>Training: nothing is sent to a real server</source>
            <translation>ልምምድ: ወደ እውነተኛ አገልጋይ ምንም አይላክም</translation>
        </message>
        <message>
            <source>Trigger {trigger} names a process that does not exist: {process}. There are: {processes}.</source>
            <translation>ማስነሻ {trigger} የሌለ ሂደት ይጠቅሳል: {process}። ያሉት: {processes}።</translation>
        </message>
        <message>
            <source>Try on what was before</source>
            <translation>ባለፈው ላይ ይሞክሩ</translation>
        </message>
        <message>
            <source>Try with this picture</source>
            <translation>በዚህ ምስል ሞክር</translation>
        </message>
        <message>
            <source>Turn a little to the left.</source>
            <translation>ትንሽ ወደ ግራ ይዙሩ።</translation>
        </message>
        <message>
            <source>Turn a little to the right.</source>
            <translation>ትንሽ ወደ ቀኝ ይዙሩ።</translation>
        </message>
        <message>
            <source>Turn your head slowly to the left, then back to the camera.</source>
            <translation>ራስዎን በዝግታ ወደ ግራ ያዙሩ፣ ከዚያ ወደ ካሜራው ይመለሱ።</translation>
        </message>
        <message>
            <source>Turn your head slowly to the right, then back to the camera.</source>
            <translation>ራስዎን በዝግታ ወደ ቀኝ ያዙሩ፣ ከዚያ ወደ ካሜራው ይመለሱ።</translation>
        </message>
        <message>
            <source>Two drivers, {first} and {second}, claim one and the same {kind}. Neither is used: ask your administrator to leave one of them out.</source>
            <translation>ሁለት ድራይቨሮች {first} እና {second} አንዱን {kind} የእኔ ይላሉ። የትኛውም ጥቅም ላይ አይውልም: አስተዳዳሪዎ አንዱን እንዲተዉ ይጠይቁ።</translation>
        </message>
        <message>
            <source>Two samples in the biometric file have the same index.</source>
            <translation>በባዮሜትሪክ ፋይሉ ሁለት ናሙናዎች ተመሳሳይ መለያ አላቸው።</translation>
        </message>
        <message>
            <source>Two screens have the order {order}: give each its own.</source>
            <translation>ሁለት ማያዎች ቅደም ተከተል {order} አላቸው: ለእያንዳንዱ የራሱን ይስጡ።</translation>
        </message>
        <message>
            <source>Two services say that they are the {kind} {serial} (ports {first} and {second}). Stop one of them.</source>
            <translation>ሁለት አገልግሎቶች {kind} {serial} ነን ይላሉ (ወደቦች {first} እና {second})። አንዱን ያቁሙ።</translation>
        </message>
        <message>
            <source>Two steps have the same name: {node}.</source>
            <translation>ሁለት ደረጃዎች ተመሳሳይ ስም አላቸው: {node}።</translation>
        </message>
        <message>
            <source>Type its beginning</source>
            <translation>መጀመሪያውን ይጻፉ</translation>
        </message>
        <message>
            <source>Type the beginning of a place; Enter takes the first one found.</source>
            <translation>የቦታውን መጀመሪያ ይጻፉ፤ Enter የመጀመሪያውን ይወስዳል።</translation>
        </message>
        <message>
            <source>Type the name. Enter leads to the next empty field, Ctrl+Enter goes on.</source>
            <translation>ስሙን ይጻፉ። Enter ወደ ቀጣዩ ባዶ ቦታ ይወስዳል፣ Ctrl+Enter ይቀጥላል።</translation>
        </message>
        <message>
            <source>Type the number from the card (to practise, {number}). Then press what is to be changed.</source>
            <translation>በካርዱ ላይ ያለውን ቁጥር ይጻፉ (ለልምምድ {number})። ከዚያም የሚለወጠውን ይጫኑ።</translation>
        </message>
        <message>
            <source>Type the number from the card. Then press what is to be changed.</source>
            <translation>በካርዱ ላይ ያለውን ቁጥር ይተይቡ። ከዚያ የሚቀየረውን ይጫኑ።</translation>
        </message>
        <message>
            <source>Type the number from the person's card, then press what is to be changed, or fill in only that.</source>
            <translation>ከግለሰቡ ካርድ ቁጥሩን ይጻፉ፣ ከዚያ የሚቀየረውን ይጫኑ፣ ወይም ያንን ብቻ ይሙሉ።</translation>
        </message>
        <message>
            <source>Undo all</source>
            <translation>ሁሉንም መልስ</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>ክፈት</translation>
        </message>
        <message>
            <source>Use at this station</source>
            <translation>በዚህ ጣቢያ ተጠቀም</translation>
        </message>
        <message>
            <source>Use case</source>
            <translation>የአጠቃቀም ሁኔታ</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>የተጠቃሚ ስም</translation>
        </message>
        <message>
            <source>User name or password is wrong. Check both and try again.</source>
            <translation>የተጠቃሚ ስሙ ወይም የይለፍ ቃሉ የተሳሳተ ነው። ሁለቱንም አረጋግጠው እንደገና ይሞክሩ።</translation>
        </message>
        <message>
            <source>Usual size</source>
            <translation>የተለመደው መጠን</translation>
        </message>
        <message>
            <source>Validators of the type {kind} are not checked here; use a regex.</source>
            <translation>የ{kind} ዓይነት ማረጋገጫዎች እዚህ አይፈተሹም፤ regex ይጠቀሙ።</translation>
        </message>
        <message>
            <source>Validity</source>
            <translation>የሚያገለግልበት ጊዜ</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>ስሪት</translation>
        </message>
        <message>
            <source>Version {number} is signed. Whoever signs in from {time} on works by it.</source>
            <translation>ስሪት {number} ተፈርሟል። ከ{time} ጀምሮ የሚገባ ሰው በእሱ ይሠራል።</translation>
        </message>
        <message>
            <source>Version {version} does not start on this computer. Nothing was changed; tell those who released it.</source>
            <translation>ስሪት {version} በዚህ ኮምፒውተር ላይ አይጀምርም። ምንም አልተቀየረም፤ ላወጡት ሰዎች ይንገሩ።</translation>
        </message>
        <message>
            <source>Version {version} is not newer than version {running}, which runs here. Nothing was changed.</source>
            <translation>ስሪት {version} እዚህ ከሚሠራው ስሪት {running} አዲስ አይደለም። ምንም አልተቀየረም።</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>ስሪቶች</translation>
        </message>
        <message>
            <source>Versions of the settings, the newest first</source>
            <translation>የቅንብሮች ስሪቶች፣ አዲሱ ቀድሞ</translation>
        </message>
        <message>
            <source>View</source>
            <translation>እይታ</translation>
        </message>
        <message>
            <source>Visa</source>
            <translation>ቪዛ</translation>
        </message>
        <message>
            <source>Was</source>
            <translation>ነበር</translation>
        </message>
        <message>
            <source>Was not kept</source>
            <translation>አልተቀመጠም</translation>
        </message>
        <message>
            <source>Was told</source>
            <translation>ተነግሯቸዋል</translation>
        </message>
        <message>
            <source>Week from</source>
            <translation>ሳምንት ከ</translation>
        </message>
        <message>
            <source>Weight from which a supervisor has to look</source>
            <translation>ተቆጣጣሪ ማየት ያለበት ክብደት</translation>
        </message>
        <message>
            <source>Weight of a sign</source>
            <translation>የምልክት ክብደት</translation>
        </message>
        <message>
            <source>Weights of the signs</source>
            <translation>የምልክቶች ክብደቶች</translation>
        </message>
        <message>
            <source>Welcome, {name}</source>
            <translation>እንኳን ደህና መጡ፣ {name}</translation>
        </message>
        <message>
            <source>Went wrong</source>
            <translation>የተበላሸው</translation>
        </message>
        <message>
            <source>What</source>
            <translation>ምን</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is not signed by a device.</source>
            <translation>በባዮሜትሪክ ፋይሉ መሣሪያ ስለራሱ የሚለው በመሣሪያ አልተፈረመም።</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is signed with another certificate than its capture.</source>
            <translation>በባዮሜትሪክ ፋይሉ መሣሪያ ስለራሱ የሚለው ከቀረጻው ሌላ ሰርተፍኬት ተፈርሟል።</translation>
        </message>
        <message>
            <source>What a document says is filled in at once</source>
            <translation>ሰነዱ የሚለው ወዲያውኑ ይሞላል</translation>
        </message>
        <message>
            <source>What a search found was shown to a supervisor</source>
            <translation>ፍለጋ ያገኘው ለተቆጣጣሪ ታይቷል</translation>
        </message>
        <message>
            <source>What all verified pieces say</source>
            <translation>የተረጋገጡት ክፍሎች ሁሉ የሚሉት</translation>
        </message>
        <message>
            <source>What answered is not the registration server. Check the address and the network.</source>
            <translation>የመለሰው የምዝገባ አገልጋይ አይደለም። አድራሻውንና ኔትወርኩን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>What came of telling a person to come again</source>
            <translation>ግለሰቡ እንደገና እንዲመጡ መንገር ምን እንዳስገኘ</translation>
        </message>
        <message>
            <source>What does the person begin with?</source>
            <translation>ግለሰቡ በምን ይጀምራሉ?</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>የተከሰተው</translation>
        </message>
        <message>
            <source>What happened to a registration was shown</source>
            <translation>በምዝገባ የተከሰተው ታይቷል</translation>
        </message>
        <message>
            <source>What happened to registration {number}</source>
            <translation>በምዝገባ {number} የተከሰተው</translation>
        </message>
        <message>
            <source>What happened to this registration</source>
            <translation>በዚህ ምዝገባ የተከሰተው</translation>
        </message>
        <message>
            <source>What is asked of a face to be taken for a living one</source>
            <translation>ፊት ሕያው ተብሎ ለመወሰድ የሚጠየቀው</translation>
        </message>
        <message>
            <source>What is open is kept. {name} can go on with it.</source>
            <translation>ክፍት ያለው ተቀምጧል። {name} ሊቀጥሉበት ይችላሉ።</translation>
        </message>
        <message>
            <source>What is to be changed?</source>
            <translation>ምን ይቀየራል?</translation>
        </message>
        <message>
            <source>What is told of a registration was changed or is missing. It was not taken.</source>
            <translation>ስለ ምዝገባው የሚነገረው ተቀይሯል ወይም የለም። አልተወሰደም።</translation>
        </message>
        <message>
            <source>What it is about</source>
            <translation>ስለ ምን እንደሆነ</translation>
        </message>
        <message>
            <source>What judges fingers and eyes was started anew. It looks at this capture again at the check.</source>
            <translation>ጣቶችንና ዓይኖችን የሚመዝነው ክፍል እንደገና ተጀምሯል። ይህ ቀረጻ በፍተሻው ላይ እንደገና ይታያል።</translation>
        </message>
        <message>
            <source>What proved who this person is was destroyed here with the rest of the registration, after it was delivered or given up.</source>
            <translation>የዚህን ሰው ማንነት ያረጋገጠው ማስረጃ ምዝገባው ከተላከ ወይም ከተተወ በኋላ ከቀሪው ይዘት ጋር እዚህ ተደምስሷል።</translation>
        </message>
        <message>
            <source>What providers said</source>
            <translation>አቅራቢዎች ያሉት</translation>
        </message>
        <message>
            <source>What providers said shown to a supervisor</source>
            <translation>አቅራቢዎች ያሉት ለተቆጣጣሪ ታይቷል</translation>
        </message>
        <message>
            <source>What the biometric file says of how a sample was captured has a wrong form.</source>
            <translation>የባዮሜትሪክ ፋይሉ ናሙና እንዴት እንደተቀረጸ የሚለው የተሳሳተ ቅርጽ አለው።</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to an attempt that is over. Go on where the step stands.</source>
            <translation>አሳሹ ይዞ የተመለሰው ያበቃ ሙከራ ነው። ደረጃው ባለበት ይቀጥሉ።</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to another step, or to another attempt.</source>
            <translation>አሳሹ ይዞ የተመለሰው የሌላ ደረጃ ወይም የሌላ ሙከራ ነው።</translation>
        </message>
        <message>
            <source>What the browser brought back cannot be read. Begin this step again.</source>
            <translation>አሳሹ ይዞ የተመለሰው ሊነበብ አይችልም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>What the chip answered was changed on the way, or this is not the chip that it says it is. Take the document off the reader and start again.</source>
            <translation>የቺፑ መልስ በመንገድ ላይ ተቀይሯል፣ ወይም ነኝ የሚለው ቺፕ አይደለም። ሰነዱን ከአንባቢው አንስተው እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>What the chip said before it was opened is not what the issuer signed. Somebody may listen in.</source>
            <translation>ቺፑ ከመከፈቱ በፊት ያለው አውጪው የፈረመው አይደለም። ሰው ሊያዳምጥ ይችላል።</translation>
        </message>
        <message>
            <source>What the identity provider gave to ask with does not belong to this sign-in. Tell your administrator.</source>
            <translation>የማንነት አቅራቢው ለመጠየቅ የሰጠው የዚህ መግቢያ አይደለም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>What the person saw has changed since. Show it again and let the person answer.</source>
            <translation>ግለሰቡ ያዩት ከዚያ ወዲህ ተቀይሯል። እንደገና አሳይተው ግለሰቡ ይመልሱ።</translation>
        </message>
        <message>
            <source>What the server said was kept, as a new version</source>
            <translation>አገልጋዩ ያለው እንደ አዲስ ስሪት ተቀምጧል</translation>
        </message>
        <message>
            <source>What the server sent cannot be opened with this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>አገልጋዩ የላከው በዚህ ጣቢያ ቁልፍ ሊከፈት አይችልም። በአቃፊው 'keys' ያለውን እዚያ ያስመዝግቡ።</translation>
        </message>
        <message>
            <source>What the server sent for this station cannot be read: {part} is missing or has a wrong form.</source>
            <translation>አገልጋዩ ለዚህ ጣቢያ የላከው ሊነበብ አይችልም: {part} የለም ወይም ቅርጹ የተሳሳተ ነው።</translation>
        </message>
        <message>
            <source>What the server sent, the newest first</source>
            <translation>አገልጋዩ የላከው፣ አዲሱ ቀድሞ</translation>
        </message>
        <message>
            <source>What the wallet sent belongs to another step, or to another attempt.</source>
            <translation>ዋሌቱ የላከው የሌላ ደረጃ ወይም የሌላ ሙከራ ነው።</translation>
        </message>
        <message>
            <source>What the wallet sent cannot be read, or was not meant for this station.</source>
            <translation>ዋሌቱ የላከው ሊነበብ አይችልም፣ ወይም ለዚህ ጣቢያ አልታሰበም ነበር።</translation>
        </message>
        <message>
            <source>What the wallet showed was made for another question than this one.</source>
            <translation>ዋሌቱ ያሳየው ለሌላ ጥያቄ የተዘጋጀ ነው፣ ለዚህ አይደለም።</translation>
        </message>
        <message>
            <source>What the wallet showed was made for somebody else.</source>
            <translation>ዋሌቱ ያሳየው ለሌላ ሰው የተዘጋጀ ነው።</translation>
        </message>
        <message>
            <source>What the wallet showed was not made just now. Check this computer's clock and the telephone's.</source>
            <translation>ዋሌቱ ያሳየው አሁን የተዘጋጀ አይደለም። የዚህን ኮምፒውተርና የስልኩን ሰዓት ያረጋግጡ።</translation>
        </message>
        <message>
            <source>What the {kind} sees is the wrong way round. Place it again.</source>
            <translation>{kind} የሚያየው የተገለበጠ ነው። እንደገና ያስቀምጡት።</translation>
        </message>
        <message>
            <source>What this station knows about sending messages cannot be used. Tell your administrator.</source>
            <translation>ይህ ጣቢያ ስለ መልእክት መላክ የሚያውቀው ሊሠራበት አይችልም። ለአስተዳዳሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>What this version changed</source>
            <translation>ይህ ስሪት የለወጠው</translation>
        </message>
        <message>
            <source>What to do on each page, for learning</source>
            <translation>በየገጹ ምን እንደሚደረግ፣ ለመማር</translation>
        </message>
        <message>
            <source>What was captured of the person who brings the child is not enough. Go back and capture what is missing.</source>
            <translation>ልጁን ከሚያመጣው ሰው የተቀረጸው በቂ አይደለም። ተመልሰው የጎደለውን ይቅረጹ።</translation>
        </message>
        <message>
            <source>What was remembered of the code cannot be read. Have another one sent.</source>
            <translation>ስለ ኮዱ የተያዘው ሊነበብ አይችልም። ሌላ እንዲላክ ያድርጉ።</translation>
        </message>
        <message>
            <source>What was remembered of the question to the wallet cannot be read. Begin this step again.</source>
            <translation>ለዋሌቱ ስለቀረበው ጥያቄ የተያዘው ሊነበብ አይችልም። ይህን ደረጃ እንደገና ይጀምሩ።</translation>
        </message>
        <message>
            <source>What was said about the center's gallery cannot be read: {part} is missing or wrong.</source>
            <translation>ስለ ማዕከሉ የፊቶች ስብስብ የተነገረው ሊነበብ አይችልም፦ {part} የለም ወይም ስህተት ነው።</translation>
        </message>
        <message>
            <source>What was shown does not belong together. Ask your supervisor.</source>
            <translation>የታየው አብሮ የሚሄድ አይደለም። ተቆጣጣሪዎን ይጠይቁ።</translation>
        </message>
        <message>
            <source>What was typed</source>
            <translation>የተጻፈው</translation>
        </message>
        <message>
            <source>What would be otherwise</source>
            <translation>የሚለየው</translation>
        </message>
        <message>
            <source>What would have gone otherwise</source>
            <translation>በሌላ መንገድ ይሄድ የነበረው</translation>
        </message>
        <message>
            <source>What would raise it:</source>
            <translation>ከፍ የሚያደርገው፦</translation>
        </message>
        <message>
            <source>What you give us here is sent to those who can confirm it.</source>
            <translation>እዚህ የሚሰጡን ሊያረጋግጡት ለሚችሉት ይላካል።</translation>
        </message>
        <message>
            <source>When</source>
            <translation>መቼ</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>የት</translation>
        </message>
        <message>
            <source>Where from</source>
            <translation>ከየት</translation>
        </message>
        <message>
            <source>Where the eyes look cannot be told in this picture.</source>
            <translation>በዚህ ምስል ዓይኖቹ ወዴት እንደሚመለከቱ ሊታወቅ አይችልም።</translation>
        </message>
        <message>
            <source>Whether the issuer has revoked what signed this chip cannot be told: there is no current list.</source>
            <translation>አውጪው ይህን ቺፕ የፈረመውን መሰረዙ ሊታወቅ አይችልም: ወቅታዊ ዝርዝር የለም።</translation>
        </message>
        <message>
            <source>Which figure</source>
            <translation>የትኛው አኃዝ</translation>
        </message>
        <message>
            <source>Which settings</source>
            <translation>የትኞቹ ቅንብሮች</translation>
        </message>
        <message>
            <source>Which way does the person choose?</source>
            <translation>ግለሰቡ የትኛውን መንገድ ይመርጣሉ?</translation>
        </message>
        <message>
            <source>Which years?</source>
            <translation>የትኞቹ ዓመታት?</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>ማን</translation>
        </message>
        <message>
            <source>Who is this?</source>
            <translation>ይህ ማን ነው?</translation>
        </message>
        <message>
            <source>Whoever introduced the person looks like the officer at the desk.</source>
            <translation>ግለሰቡን ያስተዋወቀው ሰው በዴስኩ ያሉትን ባለሙያ ይመስላል።</translation>
        </message>
        <message>
            <source>Whoever is new adds finger and face after signing in, under “My sign-in”.</source>
            <translation>አዲስ የሆኑ ሰዎች ከገቡ በኋላ በ“የእኔ መግቢያ” ጣትና ፊት ያክላሉ።</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>ለምን</translation>
        </message>
        <message>
            <source>Why is it rejected?</source>
            <translation>ለምን ውድቅ ይደረጋል?</translation>
        </message>
        <message>
            <source>Why is it sent back?</source>
            <translation>ለምን ይመለሳል?</translation>
        </message>
        <message>
            <source>Why is the best there is kept?</source>
            <translation>ካለው የተሻለው ለምን ይቀመጣል?</translation>
        </message>
        <message>
            <source>Why it stays</source>
            <translation>ለምን ይቆያል</translation>
        </message>
        <message>
            <source>Why this proof is ended; nothing about the person</source>
            <translation>ይህ ማረጋገጫ ለምን ይቋረጣል፤ ስለ ግለሰቡ ምንም አይጻፍ</translation>
        </message>
        <message>
            <source>Why, in a few words</source>
            <translation>ለምን፣ በአጭሩ</translation>
        </message>
        <message>
            <source>Why? Nothing about the person.</source>
            <translation>ለምን? ስለ ግለሰቡ ምንም አይጻፍ።</translation>
        </message>
        <message>
            <source>With a finger you unlock the screen and sign with one touch. Face and fingers are kept sealed at this station; the face is also compared with everybody who is registered here.</source>
            <translation>በጣት ማያውን ይከፍታሉ፣ በአንድ ንክኪም ይፈርማሉ። ፊትና ጣቶች በዚህ ጣቢያ ታሽገው ይቀመጣሉ፤ ፊቱ እዚህ ከሚመዘገቡት ሁሉ ጋርም ይነጻጸራል።</translation>
        </message>
        <message>
            <source>With faces alike</source>
            <translation>ተመሳሳይ ፊት ያላቸው</translation>
        </message>
        <message>
            <source>Without hints</source>
            <translation>ያለ ፍንጭ</translation>
        </message>
        <message>
            <source>Words, a registration's number, or a person's name</source>
            <translation>ቃላት፣ የምዝገባ ቁጥር፣ ወይም የሰው ስም</translation>
        </message>
        <message>
            <source>Worn or damaged ridges</source>
            <translation>የተለበሱ ወይም የተጎዱ መስመሮች</translation>
        </message>
        <message>
            <source>Worth</source>
            <translation>ዋጋ</translation>
        </message>
        <message>
            <source>Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read.</source>
            <translation>ማሽንን CENTER_MACHINE=FILE ብለው ይጻፉ፣ ሊነበብ ከሚችል የይፋዊ ቁልፍ ፋይል ጋር።</translation>
        </message>
        <message>
            <source>Write a name, an equals sign and a value: {pair}.</source>
            <translation>ስም፣ የእኩል ምልክትና ዋጋ ይጻፉ: {pair}።</translation>
        </message>
        <message>
            <source>Write a report</source>
            <translation>ዘገባ ጻፍ</translation>
        </message>
        <message>
            <source>Write a user as NAME=FILE, with a file that holds the password on its first line.</source>
            <translation>ተጠቃሚን NAME=FILE ብለው ይጻፉ፣ በመጀመሪያው መስመር የይለፍ ቃሉን ከያዘ ፋይል ጋር።</translation>
        </message>
        <message>
            <source>Write differently</source>
            <translation>በሌላ መንገድ ጻፍ</translation>
        </message>
        <message>
            <source>Write figures</source>
            <translation>አኃዞችን ጻፍ</translation>
        </message>
        <message>
            <source>Write the date as year/month/day, for example 1990/05/31.</source>
            <translation>ቀኑን ዓመት/ወር/ቀን ብለው ይጻፉ፣ ለምሳሌ 1990/05/31።</translation>
        </message>
        <message>
            <source>Write the hub's database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.</source>
            <translation>የማዕከሉን የውሂብ ጎታ sqlite:///FILE ወይም postgresql://USER:PASSWORD@HOST/NAME ብለው ይጻፉ።</translation>
        </message>
        <message>
            <source>Write the numbers</source>
            <translation>ሠንጠረዡን ጻፍ</translation>
        </message>
        <message>
            <source>Write the place for packets as file:///FOLDER or s3://BUCKET?endpoint=https://HOST.</source>
            <translation>የጥቅሎችን ማስቀመጫ file:///FOLDER ወይም s3://BUCKET?endpoint=https://HOST ብለው ይጻፉ።</translation>
        </message>
        <message>
            <source>Wrong attempts in a row before anybody has to wait</source>
            <translation>መጠበቅ ከማስፈለጉ በፊት በተከታታይ የሚፈቀዱ የተሳሳቱ ሙከራዎች</translation>
        </message>
        <message>
            <source>Wrong attempts to show who somebody is</source>
            <translation>ማንነትን ለማሳየት የተሳሳቱ ሙከራዎች</translation>
        </message>
        <message>
            <source>Wrong passwords and the lock</source>
            <translation>የተሳሳቱ የይለፍ ቃሎችና ቁልፉ</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>አዎ</translation>
        </message>
        <message>
            <source>Yes, so it is</source>
            <translation>አዎ፣ እንዲሁ ነው</translation>
        </message>
        <message>
            <source>You are signed out. Sign in again.</source>
            <translation>ወጥተዋል። እንደገና ይግቡ።</translation>
        </message>
        <message>
            <source>You cannot block or remove yourself. Ask another administrator.</source>
            <translation>ራስዎን ማገድ ወይም ማስወገድ አይችሉም። ሌላ አስተዳዳሪ ይጠይቁ።</translation>
        </message>
        <message>
            <source>You chose that this is to be changed, and nothing of it is filled in. Fill in what has changed, or take the choice back.</source>
            <translation>ይህ እንዲቀየር መርጠዋል፣ ግን ከዚህ ምንም አልተሞላም። የተቀየረውን ይሙሉ፣ ወይም ምርጫውን ይተዉ።</translation>
        </message>
        <message>
            <source>You did not say that this is the person. Compare again, or take another way. Where it is somebody else, put the registration away and call a supervisor.</source>
            <translation>ይህ ሰው መሆኑን አልገለጹም። እንደገና ያነጻጽሩ፣ ወይም ሌላ መንገድ ይምረጡ። ሌላ ሰው ከሆነ ምዝገባውን ወደ ጎን አስቀምጠው ተቆጣጣሪ ይጥሩ።</translation>
        </message>
        <message>
            <source>You have not enrolled a finger at this station. Use your password.</source>
            <translation>በዚህ ጣቢያ ጣት አላስመዘገቡም። የይለፍ ቃልዎን ይጠቀሙ።</translation>
        </message>
        <message>
            <source>You have not set up all that this station asks for at sign-in. Open “My sign-in” and do it first.</source>
            <translation>ይህ ጣቢያ በመግቢያ የሚጠይቀውን ሁሉ አላዘጋጁም። “የእኔ መግቢያ”ን ከፍተው መጀመሪያ ያከናውኑት።</translation>
        </message>
        <message>
            <source>You may not work at this station at present. Ask an administrator of the station.</source>
            <translation>በአሁኑ ጊዜ በዚህ ጣቢያ መሥራት አይችሉም። የጣቢያውን አስተዳዳሪ ይጠይቁ።</translation>
        </message>
        <message>
            <source>You registered this person yourself, so somebody else has to decide.</source>
            <translation>ይህን ሰው የመዘገቡት ራስዎ ስለሆኑ ሌላ ሰው መወሰን አለበት።</translation>
        </message>
        <message>
            <source>You registered this person, so somebody else has to confirm it.</source>
            <translation>ይህን ሰው የመዘገቡት እርስዎ ስለሆኑ ሌላ ሰው ማረጋገጥ አለበት።</translation>
        </message>
        <message>
            <source>You stopped this step. Nothing was changed.</source>
            <translation>ይህን ደረጃ አቁመዋል። ምንም አልተቀየረም።</translation>
        </message>
        <message>
            <source>Your administrator gives you these numbers.</source>
            <translation>እነዚህን ቁጥሮች አስተዳዳሪዎ ይሰጥዎታል።</translation>
        </message>
        <message>
            <source>Your face or fingers are looked at to see that it is you.</source>
            <translation>እርስዎ መሆንዎን ለማየት ፊትዎ ወይም ጣቶችዎ ይታያሉ።</translation>
        </message>
        <message>
            <source>Your figures stand beside the team's: nothing needs your attention.</source>
            <translation>አኃዞችዎ ከቡድኑ ጋር እኩል ናቸው፤ ትኩረትዎን የሚፈልግ ነገር የለም።</translation>
        </message>
        <message>
            <source>Your password</source>
            <translation>የይለፍ ቃልዎ</translation>
        </message>
        <message>
            <source>Your password is your signature, and so is one touch.</source>
            <translation>የይለፍ ቃልዎ ፊርማዎ ነው፣ አንድ ንክኪም እንዲሁ።</translation>
        </message>
        <message>
            <source>Your password is your signature.</source>
            <translation>የይለፍ ቃልዎ ፊርማዎ ነው።</translation>
        </message>
        <message>
            <source>Your password is your signature. On a training station it is filled in.</source>
            <translation>የይለፍ ቃልዎ ፊርማዎ ነው። በልምምድ ጣቢያ አስቀድሞ ተሞልቷል።</translation>
        </message>
        <message>
            <source>Your password: it is needed for every change on this page.</source>
            <translation>የይለፍ ቃልዎ: በዚህ ገጽ ለሚደረግ ለውጥ ሁሉ ያስፈልጋል።</translation>
        </message>
        <message>
            <source>a capture that did not do, or was kept all the same</source>
            <translation>በቂ ያልሆነ፣ ወይም ቢሆንም የተያዘ ቀረጻ</translation>
        </message>
        <message>
            <source>a supervisor is asked</source>
            <translation>ተቆጣጣሪ ይጠየቃል</translation>
        </message>
        <message>
            <source>accepted by the server</source>
            <translation>በአገልጋዩ ተቀባይነት አግኝቷል</translation>
        </message>
        <message>
            <source>add a passport or identity card</source>
            <translation>ፓስፖርት ወይም መታወቂያ ካርድ ያክሉ</translation>
        </message>
        <message>
            <source>adult</source>
            <translation>አዋቂ</translation>
        </message>
        <message>
            <source>age in months: {months}</source>
            <translation>ዕድሜ በወር: {months}</translation>
        </message>
        <message>
            <source>age {years}</source>
            <translation>ዕድሜ {years}</translation>
        </message>
        <message>
            <source>all that are installed</source>
            <translation>የተጫኑት ሁሉ</translation>
        </message>
        <message>
            <source>announced, waits to be sent</source>
            <translation>ተነግሯል፣ መላክ ይጠብቃል</translation>
        </message>
        <message>
            <source>approved</source>
            <translation>ጸድቋል</translation>
        </message>
        <message>
            <source>as of all fingers</source>
            <translation>እንደ ሁሉም ጣቶች</translation>
        </message>
        <message>
            <source>ask a register for the person's record</source>
            <translation>የሰውየውን መረጃ ከመዝገብ ይጠይቁ</translation>
        </message>
        <message>
            <source>asked of another system</source>
            <translation>ከሌላ ሥርዓት የተጠየቀ</translation>
        </message>
        <message>
            <source>asked on {time}</source>
            <translation>በ{time} ተጠይቋል</translation>
        </message>
        <message>
            <source>at any time</source>
            <translation>በማንኛውም ጊዜ</translation>
        </message>
        <message>
            <source>at {address}</source>
            <translation>በ{address}</translation>
        </message>
        <message>
            <source>barcode</source>
            <translation>ባርኮድ</translation>
        </message>
        <message>
            <source>begun</source>
            <translation>ተጀምሯል</translation>
        </message>
        <message>
            <source>being processed</source>
            <translation>እየተስተናገደ ነው</translation>
        </message>
        <message>
            <source>being watched for a moment</source>
            <translation>ለአፍታ መታየት</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>ታግዷል</translation>
        </message>
        <message>
            <source>camera</source>
            <translation>ካሜራ</translation>
        </message>
        <message>
            <source>can be begun</source>
            <translation>ሊጀመር ይችላል</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>ተሰርዟል</translation>
        </message>
        <message>
            <source>cannot be captured</source>
            <translation>ሊቀረጽ አይችልም</translation>
        </message>
        <message>
            <source>captured</source>
            <translation>ተቀርጿል</translation>
        </message>
        <message>
            <source>certificate until {date}</source>
            <translation>ሰርተፍኬት እስከ {date}</translation>
        </message>
        <message>
            <source>changed after something had been captured</source>
            <translation>አንድ ነገር ከተወሰደ በኋላ ተለውጧል</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>ቺፕ</translation>
        </message>
        <message>
            <source>chip reader</source>
            <translation>የቺፕ አንባቢ</translation>
        </message>
        <message>
            <source>chosen</source>
            <translation>ተመርጧል</translation>
        </message>
        <message>
            <source>compare the face</source>
            <translation>ፊቱን ያወዳድሩ</translation>
        </message>
        <message>
            <source>counts</source>
            <translation>ይጸናል</translation>
        </message>
        <message>
            <source>day/month/year</source>
            <translation>ቀን/ወር/ዓመት</translation>
        </message>
        <message>
            <source>dead: the person has to share anew</source>
            <translation>ሞቷል፦ ሰውየው እንደገና ማጋራት አለበት</translation>
        </message>
        <message>
            <source>destroyed, as the server has it</source>
            <translation>አገልጋዩ ስላለው ተደምስሷል</translation>
        </message>
        <message>
            <source>did not succeed</source>
            <translation>አልተሳካም</translation>
        </message>
        <message>
            <source>discarded</source>
            <translation>ተሰርዟል</translation>
        </message>
        <message>
            <source>document</source>
            <translation>ሰነድ</translation>
        </message>
        <message>
            <source>document scanner</source>
            <translation>የሰነድ ስካነር</translation>
        </message>
        <message>
            <source>done</source>
            <translation>ተጠናቋል</translation>
        </message>
        <message>
            <source>drawn as a sample</source>
            <translation>እንደ ናሙና ተመርጧል</translation>
        </message>
        <message>
            <source>everything</source>
            <translation>ሁሉም</translation>
        </message>
        <message>
            <source>eyes</source>
            <translation>ዓይኖች</translation>
        </message>
        <message>
            <source>face</source>
            <translation>ፊት</translation>
        </message>
        <message>
            <source>face or finger</source>
            <translation>ፊት ወይም ጣት</translation>
        </message>
        <message>
            <source>fair evidence</source>
            <translation>መካከለኛ ማስረጃ</translation>
        </message>
        <message>
            <source>filled in at home</source>
            <translation>በቤት የተሞላ</translation>
        </message>
        <message>
            <source>fingerprint reader</source>
            <translation>የጣት አሻራ አንባቢ</translation>
        </message>
        <message>
            <source>fingers</source>
            <translation>ጣቶች</translation>
        </message>
        <message>
            <source>firmware {firmware}</source>
            <translation>ፈርምዌር {firmware}</translation>
        </message>
        <message>
            <source>for signing in and checks only</source>
            <translation>ለመግቢያና ለፍተሻ ብቻ</translation>
        </message>
        <message>
            <source>fresh</source>
            <translation>አዲስ</translation>
        </message>
        <message>
            <source>from now on</source>
            <translation>ከአሁን ጀምሮ</translation>
        </message>
        <message>
            <source>from tomorrow on</source>
            <translation>ከነገ ጀምሮ</translation>
        </message>
        <message>
            <source>given</source>
            <translation>ተሰጥቷል</translation>
        </message>
        <message>
            <source>good</source>
            <translation>ጥሩ</translation>
        </message>
        <message>
            <source>has no password yet: choose, and give one</source>
            <translation>ገና የይለፍ ቃል የለውም: ይምረጡና ይስጡ</translation>
        </message>
        <message>
            <source>held</source>
            <translation>ተይዟል</translation>
        </message>
        <message>
            <source>how full the disk was is not kept</source>
            <translation>ዲስኩ ምን ያህል ሞልቶ እንደነበር አይመዘገብም</translation>
        </message>
        <message>
            <source>identity {level}</source>
            <translation>ማንነት {level}</translation>
        </message>
        <message>
            <source>in a week</source>
            <translation>ከሳምንት በኋላ</translation>
        </message>
        <message>
            <source>in the future</source>
            <translation>ወደፊት</translation>
        </message>
        <message>
            <source>in the last {days} days</source>
            <translation>ባለፉት {days} ቀናት</translation>
        </message>
        <message>
            <source>infant</source>
            <translation>ሕፃን</translation>
        </message>
        <message>
            <source>iris camera</source>
            <translation>የአይሪስ ካሜራ</translation>
        </message>
        <message>
            <source>is being judged …</source>
            <translation>እየተመዘነ ነው …</translation>
        </message>
        <message>
            <source>is looked at elsewhere</source>
            <translation>በሌላ ቦታ እየታየ ነው</translation>
        </message>
        <message>
            <source>is there</source>
            <translation>አለ</translation>
        </message>
        <message>
            <source>it decides about no registration of before</source>
            <translation>ያለፈ ምዝገባን አይወስንም</translation>
        </message>
        <message>
            <source>its time is over</source>
            <translation>ጊዜው አልቋል</translation>
        </message>
        <message>
            <source>kept below the threshold</source>
            <translation>ከገደቡ በታች ተቀምጧል</translation>
        </message>
        <message>
            <source>kept with a reason</source>
            <translation>ከምክንያት ጋር ተቀምጧል</translation>
        </message>
        <message>
            <source>later</source>
            <translation>በኋላ</translation>
        </message>
        <message>
            <source>let somebody vouch for the person</source>
            <translation>አንድ ሰው እንዲመሰክር ያድርጉ</translation>
        </message>
        <message>
            <source>let the person sign in at a provider</source>
            <translation>ሰውየው በአቅራቢ ዘንድ እንዲገባ ያድርጉ</translation>
        </message>
        <message>
            <source>let the person sign in at a provider with two factors</source>
            <translation>ሰውየው በሁለት ማረጋገጫ በአቅራቢ ዘንድ እንዲገባ ያድርጉ</translation>
        </message>
        <message>
            <source>let the person sign in at a trusted provider</source>
            <translation>ሰውየው በታመነ አቅራቢ ዘንድ እንዲገባ ያድርጉ</translation>
        </message>
        <message>
            <source>lives, and is renewed no more: the person has to share anew</source>
            <translation>ይሠራል፣ ግን ከእንግዲህ አይታደስም፦ ሰውየው እንደገና ማጋራት አለበት</translation>
        </message>
        <message>
            <source>looked up here</source>
            <translation>እዚህ ተፈልጓል</translation>
        </message>
        <message>
            <source>may be approved unseen</source>
            <translation>ሳይታይ ሊጸድቅ ይችላል</translation>
        </message>
        <message>
            <source>minor</source>
            <translation>ለአካለ መጠን ያልደረሰ</translation>
        </message>
        <message>
            <source>month/day/year</source>
            <translation>ወር/ቀን/ዓመት</translation>
        </message>
        <message>
            <source>must be looked at</source>
            <translation>መታየት አለበት</translation>
        </message>
        <message>
            <source>need not succeed</source>
            <translation>መሳካት አይጠበቅበትም</translation>
        </message>
        <message>
            <source>never asked</source>
            <translation>ተጠይቆ አያውቅም</translation>
        </message>
        <message>
            <source>next renewal on {day}</source>
            <translation>ቀጣይ እድሳት በ{day}</translation>
        </message>
        <message>
            <source>no</source>
            <translation>አይ</translation>
        </message>
        <message>
            <source>no name yet</source>
            <translation>ገና ስም የለም</translation>
        </message>
        <message>
            <source>nobody asks</source>
            <translation>ማንም አይጠይቅም</translation>
        </message>
        <message>
            <source>nobody is asked</source>
            <translation>ማንም አይጠየቅም</translation>
        </message>
        <message>
            <source>nobody knows what people would have done then</source>
            <translation>ሰዎች ያን ጊዜ ምን ያደርጉ እንደነበር ማንም አያውቅም</translation>
        </message>
        <message>
            <source>nobody knows what the center would have answered</source>
            <translation>ማዕከሉ ምን ይመልስ እንደነበር ማንም አያውቅም</translation>
        </message>
        <message>
            <source>nobody knows which other device would have been there</source>
            <translation>የትኛው ሌላ መሣሪያ ይኖር እንደነበር ማንም አያውቅም</translation>
        </message>
        <message>
            <source>none</source>
            <translation>ምንም</translation>
        </message>
        <message>
            <source>not asked for</source>
            <translation>አልተጠየቀም</translation>
        </message>
        <message>
            <source>not asked lately</source>
            <translation>በቅርቡ አልተጠየቀም</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>አልተገናኘም</translation>
        </message>
        <message>
            <source>not decided</source>
            <translation>ያልተወሰነ</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>አያስፈልግም</translation>
        </message>
        <message>
            <source>not proven</source>
            <translation>አልተረጋገጠም</translation>
        </message>
        <message>
            <source>not sure: compare it</source>
            <translation>እርግጠኛ አይደለም: ያነጻጽሩ</translation>
        </message>
        <message>
            <source>not there: people are spared it</source>
            <translation>የለም፦ ሰዎች ወደዚያ አይላኩም</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>ምንም</translation>
        </message>
        <message>
            <source>nothing unusual</source>
            <translation>ያልተለመደ ነገር የለም</translation>
        </message>
        <message>
            <source>nothing yet</source>
            <translation>ገና ምንም</translation>
        </message>
        <message>
            <source>now</source>
            <translation>አሁን</translation>
        </message>
        <message>
            <source>number {serial}</source>
            <translation>ቁጥር {serial}</translation>
        </message>
        <message>
            <source>on its way on a drive</source>
            <translation>በድራይቭ በመንገድ ላይ</translation>
        </message>
        <message>
            <source>one of the two is enough</source>
            <translation>ከሁለቱ አንዱ ይበቃል</translation>
        </message>
        <message>
            <source>one-time code</source>
            <translation>የአንድ ጊዜ ኮድ</translation>
        </message>
        <message>
            <source>overdue: the service is asked whether it still lives</source>
            <translation>ጊዜው አልፏል፦ አሁንም ይሠራ እንደሆነ አገልግሎቱ ይጠየቃል</translation>
        </message>
        <message>
            <source>passport zone</source>
            <translation>የፓስፖርት የሚነበብ ክፍል</translation>
        </message>
        <message>
            <source>perhaps alike</source>
            <translation>ምናልባት ተመሳሳይ</translation>
        </message>
        <message>
            <source>printed text</source>
            <translation>የታተመ ጽሑፍ</translation>
        </message>
        <message>
            <source>processed</source>
            <translation>ተስተናግዷል</translation>
        </message>
        <message>
            <source>processed, the number was given</source>
            <translation>ተስተናግዷል፣ ቁጥሩ ተሰጥቷል</translation>
        </message>
        <message>
            <source>proof of identity</source>
            <translation>የማንነት ማረጋገጫ</translation>
        </message>
        <message>
            <source>proven</source>
            <translation>ተረጋግጧል</translation>
        </message>
        <message>
            <source>quality %p</source>
            <translation>ጥራት %p</translation>
        </message>
        <message>
            <source>rather sure</source>
            <translation>በመጠኑ እርግጠኛ</translation>
        </message>
        <message>
            <source>read the chip of a passport or identity card</source>
            <translation>የፓስፖርት ወይም የመታወቂያ ካርድ ቺፕ ያንብቡ</translation>
        </message>
        <message>
            <source>ready to be sealed</source>
            <translation>ለመታሸግ ዝግጁ</translation>
        </message>
        <message>
            <source>records shared through MiTrust</source>
            <translation>በMiTrust የተጋሩ መዝገቦች</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>ውድቅ የተደረገ</translation>
        </message>
        <message>
            <source>refused by the server</source>
            <translation>በአገልጋዩ ተመልሷል</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>ውድቅ ሆኗል</translation>
        </message>
        <message>
            <source>rejected by the server</source>
            <translation>በአገልጋዩ ውድቅ ሆኗል</translation>
        </message>
        <message>
            <source>risk {before} → {after}</source>
            <translation>ስጋት {before} → {after}</translation>
        </message>
        <message>
            <source>risk {weight}</source>
            <translation>ስጋት {weight}</translation>
        </message>
        <message>
            <source>send the person a one-time code</source>
            <translation>ለሰውየው የአንድ ጊዜ ኮድ ይላኩ</translation>
        </message>
        <message>
            <source>sent back</source>
            <translation>ተመልሷል</translation>
        </message>
        <message>
            <source>sign-in at a provider</source>
            <translation>በአቅራቢ መግባት</translation>
        </message>
        <message>
            <source>sign-in at a trusted provider</source>
            <translation>በታመነ አቅራቢ መግባት</translation>
        </message>
        <message>
            <source>sign-in {level}</source>
            <translation>መግቢያ {level}</translation>
        </message>
        <message>
            <source>signed with the certificate {digest}</source>
            <translation>በሰርተፍኬት {digest} ተፈርሟል</translation>
        </message>
        <message>
            <source>signs in with: {names}</source>
            <translation>የሚገቡት በ: {names}</translation>
        </message>
        <message>
            <source>somebody decided</source>
            <translation>አንድ ሰው ወስኗል</translation>
        </message>
        <message>
            <source>somebody saw what is not for everybody</source>
            <translation>አንድ ሰው ለሁሉም ያልሆነውን አይቷል</translation>
        </message>
        <message>
            <source>somewhat sure (low)</source>
            <translation>በመጠኑ እርግጠኛ (ዝቅተኛ)</translation>
        </message>
        <message>
            <source>sources that could answer: {count}</source>
            <translation>ሊመልሱ የሚችሉ ምንጮች፦ {count}</translation>
        </message>
        <message>
            <source>still owed</source>
            <translation>ገና ይቀራል</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>ቆሟል</translation>
        </message>
        <message>
            <source>strong evidence</source>
            <translation>ጠንካራ ማስረጃ</translation>
        </message>
        <message>
            <source>suggested</source>
            <translation>የተጠቆመ</translation>
        </message>
        <message>
            <source>superior evidence</source>
            <translation>የላቀ ማስረጃ</translation>
        </message>
        <message>
            <source>sure</source>
            <translation>እርግጠኛ</translation>
        </message>
        <message>
            <source>sure (substantial)</source>
            <translation>እርግጠኛ (ተጨባጭ)</translation>
        </message>
        <message>
            <source>take the identity from the person's wallet</source>
            <translation>ማንነቱን ከሰውየው ዋሌት ይውሰዱ</translation>
        </message>
        <message>
            <source>the device itself</source>
            <translation>መሣሪያው ራሱ</translation>
        </message>
        <message>
            <source>the person did not agree</source>
            <translation>ሰውየው አልተስማማም</translation>
        </message>
        <message>
            <source>the person was told to come again</source>
            <translation>ግለሰቡ እንደገና እንዲመጡ ተነግሯቸዋል</translation>
        </message>
        <message>
            <source>the person's signature</source>
            <translation>የሰውየው ፊርማ</translation>
        </message>
        <message>
            <source>the screen would not have locked: opened again after {time}</source>
            <translation>ማያ ገጹ አይቆለፍም ነበር፦ ከ{time} በኋላ ተከፍቷል</translation>
        </message>
        <message>
            <source>the server asks for more</source>
            <translation>አገልጋዩ ተጨማሪ ይጠይቃል</translation>
        </message>
        <message>
            <source>the server wants it again</source>
            <translation>አገልጋዩ እንደገና ይፈልገዋል</translation>
        </message>
        <message>
            <source>the share of exceptions is kept over the days of then alone</source>
            <translation>የልዩ ሁኔታዎች ድርሻ የተያዘው ለዚያን ጊዜ ቀናት ብቻ ነው</translation>
        </message>
        <message>
            <source>this person must come again</source>
            <translation>ይህ ሰው እንደገና መምጣት አለባቸው</translation>
        </message>
        <message>
            <source>this station</source>
            <translation>ይህ ጣቢያ</translation>
        </message>
        <message>
            <source>to be captured</source>
            <translation>ሊቀረጽ የሚገባው</translation>
        </message>
        <message>
            <source>to be renewed</source>
            <translation>መታደስ ያለበት</translation>
        </message>
        <message>
            <source>today</source>
            <translation>ዛሬ</translation>
        </message>
        <message>
            <source>too many wrong attempts; can try again in {minutes} min</source>
            <translation>ብዙ የተሳሳቱ ሙከራዎች፤ ከ{minutes} ደቂቃ በኋላ ሊሞክሩ ይችላሉ</translation>
        </message>
        <message>
            <source>turning the head and shutting the eyes</source>
            <translation>ጭንቅላት ማዞርና ዓይን መጨፈን</translation>
        </message>
        <message>
            <source>typed</source>
            <translation>ተጽፏል</translation>
        </message>
        <message>
            <source>under way</source>
            <translation>በሂደት ላይ</translation>
        </message>
        <message>
            <source>unknown kind of file</source>
            <translation>የማይታወቅ የፋይል ዓይነት</translation>
        </message>
        <message>
            <source>unknown name</source>
            <translation>ያልታወቀ ስም</translation>
        </message>
        <message>
            <source>valid until {day}</source>
            <translation>እስከ {day} ያገለግላል</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>የተረጋገጠ</translation>
        </message>
        <message>
            <source>very alike</source>
            <translation>በጣም ተመሳሳይ</translation>
        </message>
        <message>
            <source>very sure (high)</source>
            <translation>በጣም እርግጠኛ (ከፍተኛ)</translation>
        </message>
        <message>
            <source>vouched for</source>
            <translation>ዋስትና የተሰጠበት</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>ይጠብቃል</translation>
        </message>
        <message>
            <source>waits for an answer</source>
            <translation>መልስ ይጠብቃል</translation>
        </message>
        <message>
            <source>waits for review</source>
            <translation>ግምገማ ይጠብቃል</translation>
        </message>
        <message>
            <source>waits for somebody outside</source>
            <translation>ከውጭ ያለ ሰው ይጠብቃል</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>መላክ ይጠብቃል</translation>
        </message>
        <message>
            <source>wallet on the telephone</source>
            <translation>በስልክ ያለ ዋሌት</translation>
        </message>
        <message>
            <source>was valid until {day}</source>
            <translation>እስከ {day} ያገለግል ነበር</translation>
        </message>
        <message>
            <source>weak</source>
            <translation>ደካማ</translation>
        </message>
        <message>
            <source>when it was told that the screen is about to lock is not kept</source>
            <translation>ማያ ገጹ ሊቆለፍ መሆኑ የተነገረበት ጊዜ አይመዘገብም</translation>
        </message>
        <message>
            <source>without an end</source>
            <translation>ያለ ማብቂያ</translation>
        </message>
        <message>
            <source>would be asked for: {what}</source>
            <translation>ይጠየቅ ነበር፦ {what}</translation>
        </message>
        <message>
            <source>would not be asked for: {what}</source>
            <translation>አይጠየቅም ነበር፦ {what}</translation>
        </message>
        <message>
            <source>wrong {count} times in a row · longest wait: {before} → {after}</source>
            <translation>{count} ጊዜ በተከታታይ ተሳስቷል · ረጅሙ ጥበቃ፦ {before} → {after}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>አዎ</translation>
        </message>
        <message>
            <source>{allowed} attempts are allowed.</source>
            <translation>{allowed} ሙከራዎች ተፈቅደዋል።</translation>
        </message>
        <message>
            <source>{attribute}: {mine} % good at the first try, the team's {team} %.</source>
            <translation>{attribute}: በመጀመሪያ ሙከራ {mine} % ጥሩ፣ የቡድኑ {team} %።</translation>
        </message>
        <message>
            <source>{count} decisions are signed and count.</source>
            <translation>{count} ውሳኔዎች ተፈርመዋል፣ ይሠራሉ።</translation>
        </message>
        <message>
            <source>{count} faces</source>
            <translation>{count} ፊቶች</translation>
        </message>
        <message>
            <source>{count} older ones</source>
            <translation>{count} የቆዩ</translation>
        </message>
        <message>
            <source>{count} older records are still being counted.</source>
            <translation>{count} የቆዩ መዝገቦች ገና እየተቆጠሩ ነው።</translation>
        </message>
        <message>
            <source>{count} older records are still being made ready to be searched.</source>
            <translation>{count} የቆዩ መዝገቦች ለፍለጋ ገና እየተዘጋጁ ነው።</translation>
        </message>
        <message>
            <source>{count} packets wait; sending them takes about {minutes} minutes.</source>
            <translation>{count} ጥቅሎች ይጠብቃሉ፤ ለመላክ {minutes} ደቂቃ ያህል ይወስዳል።</translation>
        </message>
        <message>
            <source>{count} packets were accepted by the server.</source>
            <translation>{count} ጥቅሎች በአገልጋዩ ተቀባይነት አግኝተዋል።</translation>
        </message>
        <message>
            <source>{count} registrations fit. Type more of the number or the name.</source>
            <translation>{count} ምዝገባዎች ይስማማሉ። ከቁጥሩ ወይም ከስሙ ተጨማሪ ይጻፉ።</translation>
        </message>
        <message>
            <source>{count} were sent meanwhile and wait for you again.</source>
            <translation>እስከዚያው {count} ተልከዋል፣ እንደገና እርስዎን ይጠብቃሉ።</translation>
        </message>
        <message>
            <source>{days} days</source>
            <translation>{days} ቀናት</translation>
        </message>
        <message>
            <source>{decision}, to be signed off</source>
            <translation>{decision}፣ መጽናት ይቀራል</translation>
        </message>
        <message>
            <source>{decision}{reason} by {name}, {time}</source>
            <translation>{decision}{reason} በ{name}፣ {time}</translation>
        </message>
        <message>
            <source>{device} gives poorer quality for everybody at present: that is not your doing. Tell your supervisor.</source>
            <translation>{device} በአሁኑ ጊዜ ለሁሉም ዝቅተኛ ጥራት ይሰጣል፤ ይህ በእርስዎ ምክንያት አይደለም። ለተቆጣጣሪዎ ይንገሩ።</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower for every officer since {day}. Clean it, or have it looked at.</source>
            <translation>{device}፣ {what}: ከ{day} ጀምሮ ጥራቱ ለሁሉም ባለሙያዎች በ{points} ነጥብ ዝቅ ብሏል። ያጽዱት ወይም ያስመርምሩት።</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower than with the other devices, whoever works with it. Clean it, or have it looked at.</source>
            <translation>{device}፣ {what}: ማንም ይሥራበት ጥራቱ ከሌሎቹ መሣሪያዎች በ{points} ነጥብ ዝቅ ያለ ነው። ያጽዱት ወይም ያስመርምሩት።</translation>
        </message>
        <message>
            <source>{differing} of {cases} registrations of the last {days} days would have gone otherwise. Supervisors would have been asked about {after} instead of {before}.</source>
            <translation>ባለፉት {days} ቀናት ከነበሩት {cases} ምዝገባዎች {differing} በሌላ መንገድ ይሄዱ ነበር። ተቆጣጣሪዎች ስለ {before} ሳይሆን ስለ {after} ይጠየቁ ነበር።</translation>
        </message>
        <message>
            <source>{document} from {provider}</source>
            <translation>{document} ከ{provider}</translation>
        </message>
        <message>
            <source>{document}: {before} kB before, {after} kB now. Look whether it can still be read; if not, scan it again.</source>
            <translation>{document}: ቀድሞ {before} kB፣ አሁን {after} kB። አሁንም ሊነበብ መቻሉን ይመልከቱ፤ ካልሆነ እንደገና ስካን ያድርጉት።</translation>
        </message>
        <message>
            <source>{fields} details filled in, {documents} documents attached. What you had typed was left as it is.</source>
            <translation>{fields} ዝርዝሮች ተሞልተዋል፣ {documents} ሰነዶች ተያይዘዋል። እርስዎ የጻፉት እንዳለ ቀርቷል።</translation>
        </message>
        <message>
            <source>{field} (may be left out)</source>
            <translation>{field} (ሊተው ይችላል)</translation>
        </message>
        <message>
            <source>{field} and {other} are the same number: nobody can bring along themselves.</source>
            <translation>{field} እና {other} ተመሳሳይ ቁጥር ናቸው: ማንም ራሱን ሊያመጣ አይችልም።</translation>
        </message>
        <message>
            <source>{file} does not say how the clip was taken.</source>
            <translation>{file} ቅንጥቡ እንዴት እንደተወሰደ አይገልጽም።</translation>
        </message>
        <message>
            <source>{file} in the pack of networks is missing or was changed after it was signed.</source>
            <translation>በሞዴሎች ጥቅሉ {file} የለም ወይም ከተፈረመ በኋላ ተቀይሯል።</translation>
        </message>
        <message>
            <source>{file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>{file} በUTF-8 የተጻፈ ግልጽ ጽሑፍ አይደለም። በUTF-8 ያስቀምጡት።</translation>
        </message>
        <message>
            <source>{folder} is a file, and a folder is needed here.</source>
            <translation>{folder} ፋይል ነው፣ እዚህ ግን አቃፊ ያስፈልጋል።</translation>
        </message>
        <message>
            <source>{form}, {size} kB</source>
            <translation>{form}፣ {size} kB</translation>
        </message>
        <message>
            <source>{host} answers but sends no pictures. Ask your administrator to check the camera's address, password and certificate.</source>
            <translation>{host} ይመልሳል ግን ምስል አይልክም። አስተዳዳሪዎ የካሜራውን አድራሻ፣ የይለፍ ቃልና ሰርተፍኬት እንዲያረጋግጡ ይጠይቁ።</translation>
        </message>
        <message>
            <source>{hours} h</source>
            <translation>{hours} ሰዓት</translation>
        </message>
        <message>
            <source>{limit}: {most}. Nobody new could have been registered; {begun} were.</source>
            <translation>{limit}፦ {most}። አዲስ ሰው ሊመዘገብ አይችልም ነበር፤ {begun} ተመዝግበዋል።</translation>
        </message>
        <message>
            <source>{limit}: {most}. Work would have gone on.</source>
            <translation>{limit}፦ {most}። ሥራው ይቀጥል ነበር።</translation>
        </message>
        <message>
            <source>{minimum} of these {count}</source>
            <translation>ከእነዚህ {count} ውስጥ {minimum}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} ደቂቃ</translation>
        </message>
        <message>
            <source>{name} cannot be {value}. It may be {allowed}.</source>
            <translation>{name} {value} ሊሆን አይችልም። የሚፈቀደው፦ {allowed}።</translation>
        </message>
        <message>
            <source>{name} is no name for a driver: take small letters, digits and underscores, with a letter first.</source>
            <translation>{name} የድራይቨር ስም ሊሆን አይችልም፦ ትናንሽ የላቲን ፊደላትን፣ አኃዞችን እና የስር መስመሮችን ይጠቀሙ፤ በፊደል ይጀምሩ።</translation>
        </message>
        <message>
            <source>{name} took the proof on {time}. What it rests on is no longer here.</source>
            <translation>{name} በ{time} ማረጋገጫውን ወስደዋል። የተመሠረተበት ከእንግዲህ እዚህ የለም።</translation>
        </message>
        <message>
            <source>{name} would be good enough</source>
            <translation>{name} በቂ ይሆን ነበር</translation>
        </message>
        <message>
            <source>{name} would be too poor</source>
            <translation>{name} በጣም ደካማ ይሆን ነበር</translation>
        </message>
        <message>
            <source>{name} · next: {step} · {time}</source>
            <translation>{name} · ቀጣይ: {step} · {time}</translation>
        </message>
        <message>
            <source>{name}, drawn. The numbers stand in the table.</source>
            <translation>{name}፣ በሥዕል። ቁጥሮቹ በሠንጠረዡ ውስጥ ናቸው።</translation>
        </message>
        <message>
            <source>{name}, in numbers</source>
            <translation>{name}፣ በቁጥር</translation>
        </message>
        <message>
            <source>{name}, page {number} of {count}</source>
            <translation>{name}፣ ገጽ {number} ከ{count}</translation>
        </message>
        <message>
            <source>{name}: agreed on {time}</source>
            <translation>{name}፦ በ{time} ተስማምቷል</translation>
        </message>
        <message>
            <source>{name}: cannot be captured ({reason})</source>
            <translation>{name}: ሊቀረጽ አይችልም ({reason})</translation>
        </message>
        <message>
            <source>{name}: this file cannot be shown here. Save a copy and open it where it can be.</source>
            <translation>{name}፦ ይህ ፋይል እዚህ ሊታይ አይችልም። ቅጂ አስቀምጠው በሚከፈትበት ይክፈቱት።</translation>
        </message>
        <message>
            <source>{name}: {quality}</source>
            <translation>{name}: {quality}</translation>
        </message>
        <message>
            <source>{number} · {name} · sealed {time}</source>
            <translation>{number} · {name} · በ{time} ታሽጓል</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower since {day}, and too little was done by others or elsewhere to say which of the two it is. Clean the device, and exchange devices for some days.</source>
            <translation>{officer} በ{device}፣ {what}: ከ{day} ጀምሮ ጥራቱ በ{points} ነጥብ ዝቅ ብሏል፤ ከሁለቱ የትኛው እንደሆነ ለመናገር ሌሎች ወይም በሌላ መሣሪያ የተሠራው በጣም ጥቂት ነው። መሣሪያውን ያጽዱ፤ ለጥቂት ቀናትም መሣሪያ ይለዋወጡ።</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower than elsewhere, and nobody else worked with it who worked with another one too. Exchange devices for some days to see which of the two it is.</source>
            <translation>{officer} በ{device}፣ {what}: ጥራቱ ከሌሎቹ በ{points} ነጥብ ዝቅ ያለ ነው፤ በዚህም በሌላም መሣሪያ የሠራ ሌላ ሰው የለም። ከሁለቱ የትኛው እንደሆነ ለማየት ለጥቂት ቀናት መሣሪያ ይለዋወጡ።</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower since {day}, whatever the device. Ask what has changed.</source>
            <translation>{officer}፣ {what}: ከ{day} ጀምሮ መሣሪያው የትኛውም ቢሆን ጥራቱ በ{points} ነጥብ ዝቅ ብሏል። ምን እንደተለወጠ ይጠይቁ።</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower than the team's with the same devices. Go through the placement together.</source>
            <translation>{officer}፣ {what}: በተመሳሳይ መሣሪያዎች ጥራቱ ከቡድኑ በ{points} ነጥብ ዝቅ ያለ ነው። አቀማመጡን አብረው ይከልሱ።</translation>
        </message>
        <message>
            <source>{one}, and then {other}</source>
            <translation>{one}፣ ከዚያም {other}</translation>
        </message>
        <message>
            <source>{packets} packets ({megabytes} MB) and {faces} faces that are kept now would be destroyed at once; {back} packets that were destroyed would still be here.</source>
            <translation>አሁን የተቀመጡ {packets} ጥቅሎች ({megabytes} ሜባ) እና {faces} ፊቶች ወዲያውኑ ይጠፉ ነበር፤ የጠፉ {back} ጥቅሎች ደግሞ አሁንም እዚህ ይኖሩ ነበር።</translation>
        </message>
        <message>
            <source>{rate} pictures a second come.</source>
            <translation>በሰከንድ {rate} ምስሎች ይመጣሉ።</translation>
        </message>
        <message>
            <source>{score} of at most {strength}</source>
            <translation>{score} ከፍተኛው {strength}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} ሰከንድ</translation>
        </message>
        <message>
            <source>{seen} fingers are seen instead of {wanted}. Take everything else off the glass.</source>
            <translation>በ{wanted} ምትክ {seen} ጣቶች ይታያሉ። ሌላውን ሁሉ ከመስታወቱ ያንሱ።</translation>
        </message>
        <message>
            <source>{seen} fingers are seen, but only {wanted} should be there. Check the exceptions.</source>
            <translation>{seen} ጣቶች ይታያሉ፣ ሊኖሩ የሚገባቸው ግን {wanted} ብቻ ናቸው። ልዩ ሁኔታዎቹን ያረጋግጡ።</translation>
        </message>
        <message>
            <source>{seen} of {wanted} fingers are seen. Place all of them flat, a little apart.</source>
            <translation>ከ{wanted} ጣቶች {seen} ይታያሉ። ሁሉንም ዘርግተው፣ ትንሽ አራርቀው ያስቀምጡ።</translation>
        </message>
        <message>
            <source>{source} says {said} ({sure}).</source>
            <translation>{source} {said} ይላል ({sure})።</translation>
        </message>
        <message>
            <source>{source} says {said}; here it says {standing}.</source>
            <translation>{source} {said} ይላል፤ እዚህ {standing} ተጽፏል።</translation>
        </message>
        <message>
            <source>{source}, signed with {fingerprint} …</source>
            <translation>{source}፣ በ{fingerprint} … የተፈረመ</translation>
        </message>
        <message>
            <source>{step} took {minutes} minutes; usual is {most} at most.</source>
            <translation>{step} {minutes} ደቂቃ ወሰደ፤ የተለመደው ቢበዛ {most} ነው።</translation>
        </message>
        <message>
            <source>{step} took {seconds} seconds; usual is {least} at least.</source>
            <translation>{step} {seconds} ሰከንድ ወሰደ፤ የተለመደው ቢያንስ {least} ነው።</translation>
        </message>
        <message>
            <source>{step}: half of yours take longer than {mine} s, half of the team's longer than {team} s.</source>
            <translation>{step}: የእርስዎ ግማሾቹ ከ{mine} ሰከንድ በላይ፣ የቡድኑ ግማሾቹ ከ{team} ሰከንድ በላይ ይወስዳሉ።</translation>
        </message>
        <message>
            <source>{text} is no moment. Write 2026-12-31, or 2026-12-31T08:00+01:00.</source>
            <translation>{text} ጊዜ አይደለም። 2026-12-31 ወይም 2026-12-31T08:00+01:00 ብለው ይጻፉ።</translation>
        </message>
        <message>
            <source>{text} is no setting with its value. Write NAME=VALUE.</source>
            <translation>{text} ቅንብር ከነዋጋው አይደለም። NAME=VALUE ብለው ይጻፉ።</translation>
        </message>
        <message>
            <source>{value} (the server's)</source>
            <translation>{value} (የአገልጋዩ)</translation>
        </message>
        <message>
            <source>{waiting} waiting · {held} held · {decided} to be signed off</source>
            <translation>{waiting} ይጠብቃሉ · {held} ተይዘዋል · {decided} መጽናት ይቀራቸዋል</translation>
        </message>
        <message>
            <source>{what}: level {level}</source>
            <translation>{what}፦ ደረጃ {level}</translation>
        </message>
        <message>
            <source>{what}: the limit is reached.</source>
            <translation>{what}: ገደቡ ላይ ተደርሷል።</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}</source>
            <translation>{what}: ከ{limit} {used}</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}, enough until {date}</source>
            <translation>{what}: ከ{limit} {used}፣ እስከ {date} ይበቃል</translation>
        </message>
        <message>
            <source>{whole}.{tenth}</source>
            <translation>{whole}.{tenth}</translation>
        </message>
        <message>
            <source>✗ not signed by this station</source>
            <translation>✗ በዚህ ጣቢያ አልተፈረመም</translation>
        </message>
    </context>
</TS>
