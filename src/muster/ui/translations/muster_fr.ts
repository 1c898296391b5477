<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>, </source>
            <translation>, </translation>
        </message>
        <message>
            <source>25 % above</source>
            <translation>25 % au-dessus</translation>
        </message>
        <message>
            <source>25 % below</source>
            <translation>25 % au-dessous</translation>
        </message>
        <message>
            <source>A + may stand before them.</source>
            <translation>Un + peut les précéder.</translation>
        </message>
        <message>
            <source>A PDF that is kept as it was shared; it cannot be shown here.</source>
            <translation>Un PDF conservé tel qu’il a été partagé ; il ne peut pas être affiché ici.</translation>
        </message>
        <message>
            <source>A biometric file of the packet is made as no client makes it. It was not looked into.</source>
            <translation>Un fichier biométrique du paquet est fait comme aucun client ne le fait. Il n’a pas été examiné.</translation>
        </message>
        <message>
            <source>A capture has no picture. Take it again.</source>
            <translation>Une capture n’a pas d’image. Refaites-la.</translation>
        </message>
        <message>
            <source>A capture is dated later than the packet. Set the clock of the device or the computer, and take it again.</source>
            <translation>Une capture est datée d’après le paquet. Réglez l’horloge de l’appareil ou de l’ordinateur, puis refaites-la.</translation>
        </message>
        <message>
            <source>A capture is not signed by its device. Take it again.</source>
            <translation>Une capture n’est pas signée par son appareil. Refaites-la.</translation>
        </message>
        <message>
            <source>A capture lies longer before the packet than a server allows. Take it again.</source>
            <translation>Une capture est plus ancienne par rapport au paquet que ce qu’un serveur accepte. Refaites-la.</translation>
        </message>
        <message>
            <source>A certification scheme in the record is none that the standard knows.</source>
            <translation>Un schéma de certification de l’enregistrement est inconnu de la norme.</translation>
        </message>
        <message>
            <source>A change counts from now on or later.</source>
            <translation>Une modification compte à partir de maintenant ou plus tard.</translation>
        </message>
        <message>
            <source>A chip is opened by the machine-readable lines of the document, or by the six digits on its front. This is neither.</source>
            <translation>Une puce s’ouvre avec les lignes lisibles par machine du document, ou avec les six chiffres imprimés au recto. Ceci n’est ni l’un ni l’autre.</translation>
        </message>
        <message>
            <source>A chip is opened by what is printed on its document: name a file that holds the machine-readable lines or the six digits with --key, or run in a terminal.</source>
            <translation>Une puce s’ouvre avec ce qui est imprimé sur son document : indiquez avec --key un fichier contenant les lignes lisibles par machine ou les six chiffres, ou lancez la commande dans un terminal.</translation>
        </message>
        <message>
            <source>A corner of the document is folded or covered. Lay it flat and take your hand away.</source>
            <translation>Un coin du document est plié ou caché. Posez-le à plat et retirez votre main.</translation>
        </message>
        <message>
            <source>A correction needs the number of the request that it answers.</source>
            <translation>Une correction nécessite le numéro de la demande à laquelle elle répond.</translation>
        </message>
        <message>
            <source>A description file in the packet cannot be read.</source>
            <translation>Un fichier de description du paquet est illisible.</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say when.</source>
            <translation>Un appareil a signé un échantillon du fichier biométrique sans indiquer quand.</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say which device it is.</source>
            <translation>Un appareil a signé un échantillon du fichier biométrique sans indiquer de quel appareil il s’agit.</translation>
        </message>
        <message>
            <source>A device that is plugged in appears here by itself.</source>
            <translation>Un appareil que l’on branche apparaît ici de lui-même.</translation>
        </message>
        <message>
            <source>A device's certificate was not valid at the time of the capture that it signed.</source>
            <translation>Le certificat d’un appareil n’était pas valable au moment de la capture qu’il a signée.</translation>
        </message>
        <message>
            <source>A digit of this number seems to be wrong or missing. Compare it with the card.</source>
            <translation>Un chiffre de ce numéro semble faux ou manquant. Comparez-le avec la carte.</translation>
        </message>
        <message>
            <source>A document is missing, unreadable or another person's</source>
            <translation>Une pièce manque, est illisible ou appartient à quelqu’un d’autre</translation>
        </message>
        <message>
            <source>A document says something else</source>
            <translation>Un document dit autre chose</translation>
        </message>
        <message>
            <source>A document says something else than what stands here. Look at both and decide which is right.</source>
            <translation>Un document dit autre chose que ce qui est écrit ici. Regardez les deux et décidez lequel est juste.</translation>
        </message>
        <message>
            <source>A document that MiTrust sent cannot be read.</source>
            <translation>Un document envoyé par MiTrust est illisible.</translation>
        </message>
        <message>
            <source>A document, or the code of a pre-registration on a telephone. No picture is kept.</source>
            <translation>Un document, ou le code d’une préinscription sur un téléphone. Aucune image n’est conservée.</translation>
        </message>
        <message>
            <source>A field has no id: write the name of the schema's field.</source>
            <translation>Un champ n’a pas d’id : écrivez le nom du champ du schéma.</translation>
        </message>
        <message>
            <source>A file of the face recognition pack cannot be read: {file}.</source>
            <translation>Un fichier du pack de reconnaissance faciale est illisible : {file}.</translation>
        </message>
        <message>
            <source>A file of the receiver is damaged and cannot be taken over: {file}. Mend or remove it.</source>
            <translation>Un fichier du récepteur est endommagé et ne peut pas être repris : {file}. Réparez-le ou retirez-le.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) cannot be read.</source>
            <translation>Un fichier de la puce ({file}) ne peut pas être lu.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not signed by the issuer.</source>
            <translation>Un fichier de la puce ({file}) n’est pas signé par l’émetteur.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not what the issuer signed.</source>
            <translation>Un fichier de la puce ({file}) n’est pas celui que l’émetteur a signé.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not whole. Lay the document on again and start again.</source>
            <translation>Un fichier de la puce ({file}) est incomplet. Reposez le document et recommencez.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) says that it is larger than any passport's is.</source>
            <translation>Un fichier de la puce ({file}) se dit plus grand que celui de n’importe quel passeport.</translation>
        </message>
        <message>
            <source>A file that stations would be told is no JSON: {file}. None was taken.</source>
            <translation>Un fichier destiné aux postes n’est pas du JSON : {file}. Aucun n’a été pris.</translation>
        </message>
        <message>
            <source>A finger or an eye is marked as an exception: a supervisor has to confirm it.</source>
            <translation>Un doigt ou un œil est indiqué comme exception : un superviseur doit le confirmer.</translation>
        </message>
        <message>
            <source>A finger or eye that was captured is not good enough. Go back and take it again.</source>
            <translation>Un doigt ou un œil capturé n’est pas de qualité suffisante. Revenez en arrière et refaites la capture.</translation>
        </message>
        <message>
            <source>A key file of this station is missing. Put the folder 'keys' back from your backup.</source>
            <translation>Un fichier de clé de ce poste est manquant. Remettez en place le dossier « keys » de votre sauvegarde.</translation>
        </message>
        <message>
            <source>A keyboard on the screen</source>
            <translation>Un clavier à l’écran</translation>
        </message>
        <message>
            <source>A landmark of the face lies outside the picture.</source>
            <translation>Un point de repère du visage se trouve hors de l’image.</translation>
        </message>
        <message>
            <source>A length in the record does not fit, at byte {offset}.</source>
            <translation>Une longueur indiquée dans l’enregistrement est incorrecte, à l’octet {offset}.</translation>
        </message>
        <message>
            <source>A living face was confirmed, after it had been refused: {refused} times.</source>
            <translation>Un visage vivant a été confirmé après avoir été refusé : {refused} fois.</translation>
        </message>
        <message>
            <source>A moment, please.</source>
            <translation>Un instant, s’il vous plaît.</translation>
        </message>
        <message>
            <source>A newer set-up file was imported before. Nothing was changed.</source>
            <translation>Un fichier d’installation plus récent a déjà été importé. Rien n’a été modifié.</translation>
        </message>
        <message>
            <source>A number in the biometric file is not one.</source>
            <translation>Un nombre du fichier biométrique n’en est pas un.</translation>
        </message>
        <message>
            <source>A packet of the same number and with other content came before. Tell your supervisor.</source>
            <translation>Un paquet du même numéro, mais d’un autre contenu, est déjà arrivé. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>A packet that was accepted is not where it was put. Restore the backup.</source>
            <translation>Un paquet accepté n’est plus là où il a été déposé. Restaurez la sauvegarde.</translation>
        </message>
        <message>
            <source>A packet was not kept as it was written. It is not accepted.</source>
            <translation>Un paquet n’a pas été conservé tel qu’il a été écrit. Il n’est pas accepté.</translation>
        </message>
        <message>
            <source>A page came after {seconds} s. Nothing of it was kept.</source>
            <translation>Une page est arrivée après {seconds} s. Rien n’en a été conservé.</translation>
        </message>
        <message>
            <source>A part of the biometric file has an attribute it must not have.</source>
            <translation>Une partie du fichier biométrique porte un attribut qu’elle ne doit pas avoir.</translation>
        </message>
        <message>
            <source>A part of the packet does not tell the version of its ID schema as a number.</source>
            <translation>Une partie du paquet n’indique pas par un nombre la version de son schéma d’identité.</translation>
        </message>
        <message>
            <source>A part of the packet has two files that differ in case or extension only.</source>
            <translation>Une partie du paquet contient deux fichiers qui ne diffèrent que par la casse ou l’extension.</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures is missing. Install the program again.</source>
            <translation>Il manque une partie du programme qui évalue les images. Réinstallez le programme.</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures was changed. Install the program again.</source>
            <translation>Une partie du programme qui évalue les images a été modifiée. Réinstallez le programme.</translation>
        </message>
        <message>
            <source>A part of this update is not what was signed. Copy it again; if it stays so, do not install it.</source>
            <translation>Une partie de cette mise à jour n’est pas ce qui a été signé. Copiez-la de nouveau ; si cela persiste, ne l’installez pas.</translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with {option}, or run in a terminal.</source>
            <translation>Un mot de passe est nécessaire : indiquez avec {option} un fichier qui le contient, ou utilisez un terminal.</translation>
        </message>
        <message>
            <source>A photo of what cannot be captured</source>
            <translation>Une photo de ce qui ne peut être capturé</translation>
        </message>
        <message>
            <source>A picture for the simulated devices cannot be read: {file}.</source>
            <translation>Une image destinée aux appareils simulés est illisible : {file}.</translation>
        </message>
        <message>
            <source>A picture of this registration is damaged on the disk. Capture it again.</source>
            <translation>Une image de cette inscription est endommagée sur le disque. Capturez-la à nouveau.</translation>
        </message>
        <message>
            <source>A picture of this registration is missing on the disk. Capture it again.</source>
            <translation>Une image de cette inscription est absente du disque. Capturez-la à nouveau.</translation>
        </message>
        <message>
            <source>A poor capture is kept: a supervisor has to confirm it.</source>
            <translation>Une capture médiocre est conservée : un superviseur doit le confirmer.</translation>
        </message>
        <message>
            <source>A proofing method needs the secret {key}, which this station does not have. Tell your administrator.</source>
            <translation>Une méthode de vérification a besoin du secret {key}, que ce poste n’a pas. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>A quality in the biometric file is not a number from 0 to 100.</source>
            <translation>Une note de qualité du fichier biométrique n’est pas un nombre de 0 à 100.</translation>
        </message>
        <message>
            <source>A quality score in the record is neither 0 to 100 nor 255.</source>
            <translation>Une note de qualité de l’enregistrement n’est ni comprise entre 0 et 100 ni égale à 255.</translation>
        </message>
        <message>
            <source>A reason is given for what is rejected or sent back, and for nothing else.</source>
            <translation>Un motif se donne pour ce qui est rejeté ou renvoyé, et pour rien d’autre.</translation>
        </message>
        <message>
            <source>A request cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Une requête est illisible : {part} est absent ou n’a pas la forme attendue.</translation>
        </message>
        <message>
            <source>A request for bookings cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Une demande de rendez-vous est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>A request to relay answers cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Une demande de relais de réponses est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>A request to sign in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Une demande de connexion est illisible : {part} est absent ou n’a pas la forme attendue.</translation>
        </message>
        <message>
            <source>A resolution in the record is not within 490 to 1010 pixels per inch.</source>
            <translation>Une résolution de l’enregistrement n’est pas comprise entre 490 et 1010 pixels par pouce.</translation>
        </message>
        <message>
            <source>A sample in the biometric file does not say what was captured.</source>
            <translation>Un échantillon du fichier biométrique n’indique pas ce qui a été capturé.</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no description.</source>
            <translation>Un échantillon du fichier biométrique n’a pas de description.</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no record and is not marked as an exception.</source>
            <translation>Un échantillon du fichier biométrique n’a pas d’enregistrement et n’est pas marqué comme exception.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is marked as an exception, and has a record all the same.</source>
            <translation>Un échantillon du fichier biométrique est marqué comme exception et comporte pourtant un enregistrement.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is not signed by its device.</source>
            <translation>Un échantillon du fichier biométrique n’est pas signé par son appareil.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its device signed.</source>
            <translation>Un échantillon du fichier biométrique provient d’un autre doigt ou d’un autre œil que ce que son appareil a signé.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its record says.</source>
            <translation>Un échantillon du fichier biométrique provient d’un autre doigt ou d’un autre œil que ce qu’indique son enregistrement.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another kind than its device signed.</source>
            <translation>Un échantillon du fichier biométrique est d’un autre type que ce que son appareil a signé.</translation>
        </message>
        <message>
            <source>A sample in the biometric file lacks the list of how it was captured.</source>
            <translation>Il manque à un échantillon du fichier biométrique la liste indiquant comment il a été capturé.</translation>
        </message>
        <message>
            <source>A sample in the biometric file names a format that does not fit what was captured.</source>
            <translation>Un échantillon du fichier biométrique indique un format qui ne correspond pas à ce qui a été capturé.</translation>
        </message>
        <message>
            <source>A secret has a name and at least one letter.</source>
            <translation>Un secret a un nom et au moins un caractère.</translation>
        </message>
        <message>
            <source>A set-up file</source>
            <translation>Un fichier d’installation</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: of that person no face, finger or eye was captured.</source>
            <translation>Un jeune enfant doit être accompagné : de la personne qui l’accompagne, ni visage, ni doigt, ni œil n’a été capturé.</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: that person's identity number or registration number is missing.</source>
            <translation>Un jeune enfant doit être accompagné : il manque le numéro d’identité ou d’inscription de la personne qui l’accompagne.</translation>
        </message>
        <message>
            <source>A station's number has the form CENTER_MACHINE, both of digits.</source>
            <translation>Le numéro d’un poste a la forme CENTRE_MACHINE, en chiffres.</translation>
        </message>
        <message>
            <source>A station's request to be let in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>La demande d’admission d’un poste est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>A step may not have a name that begins with $: {node}.</source>
            <translation>Le nom d’une étape ne peut pas commencer par $ : {node}.</translation>
        </message>
        <message>
            <source>A step took very long</source>
            <translation>Une étape a duré très longtemps</translation>
        </message>
        <message>
            <source>A step was very quick</source>
            <translation>Une étape a été très rapide</translation>
        </message>
        <message>
            <source>A stolen disk is worth nothing then. If this computer breaks, what was not sent yet is lost, unless your administrator makes a note of its secret.</source>
            <translation>Un disque volé ne vaut alors rien. Si cet ordinateur tombe en panne, ce qui n’est pas encore envoyé est perdu, sauf si votre administrateur a noté son secret.</translation>
        </message>
        <message>
            <source>A stored file was changed or damaged on this computer. Call your supervisor.</source>
            <translation>Un fichier conservé sur cet ordinateur a été modifié ou endommagé. Appelez votre superviseur.</translation>
        </message>
        <message>
            <source>A stored proof of identity cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>Une vérification d’identité enregistrée ne peut pas être lue. Appelez votre superviseur ; rien n’a été supprimé.</translation>
        </message>
        <message>
            <source>A stored registration cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>Une inscription conservée est illisible. Appelez votre superviseur ; rien n’a été supprimé.</translation>
        </message>
        <message>
            <source>A supervisor ended this proof.</source>
            <translation>Un superviseur a mis fin à cette vérification.</translation>
        </message>
        <message>
            <source>A supervisor has to confirm something before you sign: an exception, a poor capture, or who brings a child.</source>
            <translation>Un superviseur doit confirmer quelque chose avant que vous signiez : une exception, une capture médiocre ou la personne qui accompagne un enfant.</translation>
        </message>
        <message>
            <source>A supervisor has to vouch for this person. Ask one to sign in and go on.</source>
            <translation>Un superviseur doit se porter garant de cette personne. Demandez-lui de se connecter et de continuer.</translation>
        </message>
        <message>
            <source>A supervisor has yet to look at this registration. The proof can be taken after that.</source>
            <translation>Un superviseur doit encore examiner cette inscription. La preuve peut être retirée ensuite.</translation>
        </message>
        <message>
            <source>A test takes at most 20 seconds. Nothing that a device takes meanwhile is kept.</source>
            <translation>Un test dure 20 secondes au plus. Rien de ce que l’appareil saisit pendant ce temps n’est conservé.</translation>
        </message>
        <message>
            <source>A text of a sample has a character that biometric files cannot hold. Capture the sample again.</source>
            <translation>Un texte d’un échantillon comporte un caractère que les fichiers biométriques ne peuvent pas contenir. Capturez à nouveau l’échantillon.</translation>
        </message>
        <message>
            <source>A time in the biometric file is not one.</source>
            <translation>Une date et heure du fichier biométrique n’en est pas une.</translation>
        </message>
        <message>
            <source>A time that a device signed in the biometric file has another form than 2026-01-31T12:59:59Z.</source>
            <translation>Une heure signée par un appareil dans le fichier biométrique a une autre forme que 2026-01-31T12:59:59Z.</translation>
        </message>
        <message>
            <source>A trip takes from 0 to {days} days and from 0 to {people} people.</source>
            <translation>Une tournée compte de 0 à {days} jours et de 0 à {people} personnes.</translation>
        </message>
        <message>
            <source>A user name has 2 to 50 letters, digits, dots, dashes or underscores.</source>
            <translation>Un nom d’utilisateur comporte de 2 à 50 lettres, chiffres, points, tirets ou traits de soulignement.</translation>
        </message>
        <message>
            <source>A verified document or wallet shows who this person is, and the face is theirs.</source>
            <translation>Un document ou un portefeuille vérifié montre qui est cette personne, et le visage est le sien.</translation>
        </message>
        <message>
            <source>A word in it is on the list of words that names do not hold. Write it differently, or say why it stays.</source>
            <translation>Un de ces mots figure dans la liste des mots indésirables. Écrivez-le autrement, ou dites pourquoi il reste.</translation>
        </message>
        <message>
            <source>A yes or no in the biometric file is neither.</source>
            <translation>Un oui ou non du fichier biométrique n’est ni l’un ni l’autre.</translation>
        </message>
        <message>
            <source>A4 sheet</source>
            <translation>Feuille A4</translation>
        </message>
        <message>
            <source>A5 sheet</source>
            <translation>Feuille A5</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Ajouter</translation>
        </message>
        <message>
            <source>Add a page</source>
            <translation>Ajouter une page</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>Adresse</translation>
        </message>
        <message>
            <source>Administration</source>
            <translation>Administration</translation>
        </message>
        <message>
            <source>Administrator</source>
            <translation>Administrateur</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>Âge</translation>
        </message>
        <message>
            <source>Age in years</source>
            <translation>Âge en années</translation>
        </message>
        <message>
            <source>All figures of these days as one signed file (PDF)</source>
            <translation>Tous les chiffres de ces jours en un seul fichier signé (PDF)</translation>
        </message>
        <message>
            <source>All of these are marked as exceptions; there is nothing to capture.</source>
            <translation>Tous ces éléments sont signalés comme exceptions ; il n’y a rien à capturer.</translation>
        </message>
        <message>
            <source>All of these, in any order</source>
            <translation>Toutes, dans n’importe quel ordre</translation>
        </message>
        <message>
            <source>All that were asked are there.</source>
            <translation>Tous ceux qui ont été interrogés répondent.</translation>
        </message>
        <message>
            <source>An app on your telephone that shows a new code every half minute. It needs no network.</source>
            <translation>Une application de votre téléphone qui affiche un nouveau code toutes les demi-minutes. Elle n’a pas besoin de réseau.</translation>
        </message>
        <message>
            <source>An earlier registration at this station shows a face like this one. Compare the pictures: it may be the same person.</source>
            <translation>Un enregistrement antérieur de ce poste montre un visage semblable à celui-ci. Comparez les photos : il peut s’agir de la même personne.</translation>
        </message>
        <message>
            <source>An enrollment request has a place for the captures of one person only. Send this registration as a packet.</source>
            <translation>Une demande d’enrôlement n’a de place que pour les captures d’une seule personne. Envoyez cet enregistrement sous forme de paquet.</translation>
        </message>
        <message>
            <source>An entry of the biometric file does not say what it is about.</source>
            <translation>Une entrée du fichier biométrique n’indique pas ce qu’elle concerne.</translation>
        </message>
        <message>
            <source>An index in the biometric file does not have the form of a UUID.</source>
            <translation>Un index du fichier biométrique n’a pas la forme d’un UUID.</translation>
        </message>
        <message>
            <source>An introducer who has proven their identity number at this station says it.</source>
            <translation>Un garant qui a prouvé son numéro d’identité à ce poste le donne.</translation>
        </message>
        <message>
            <source>An update needs the person's UIN.</source>
            <translation>Une mise à jour nécessite le UIN de la personne.</translation>
        </message>
        <message>
            <source>Another device answered than the {kind} that was chosen. Look at what is connected.</source>
            <translation>Un autre appareil que celui choisi ({kind}) a répondu. Regardez ce qui est branché.</translation>
        </message>
        <message>
            <source>Another device …</source>
            <translation>Un autre appareil…</translation>
        </message>
        <message>
            <source>Another program is using the station's data. Try again in a moment.</source>
            <translation>Un autre programme utilise les données du poste. Réessayez dans un instant.</translation>
        </message>
        <message>
            <source>Another reason</source>
            <translation>Autre raison</translation>
        </message>
        <message>
            <source>Another reason, for now</source>
            <translation>Autre raison, passagère</translation>
        </message>
        <message>
            <source>Another reason, lasting</source>
            <translation>Autre raison, durable</translation>
        </message>
        <message>
            <source>Another station accepted to review registrations</source>
            <translation>Autre station acceptée pour examiner des enregistrements</translation>
        </message>
        <message>
            <source>Another station's packets accepted from now on</source>
            <translation>Paquets d’une autre station acceptés désormais</translation>
        </message>
        <message>
            <source>Another station's registration taken in for review</source>
            <translation>Enregistrement d’une autre station repris pour examen</translation>
        </message>
        <message>
            <source>Answered</source>
            <translation>Réponse</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>Approuver</translation>
        </message>
        <message>
            <source>Approve all that need no look</source>
            <translation>Approuver tout ce qui ne demande pas de regard</translation>
        </message>
        <message>
            <source>Approve {count} that need no look</source>
            <translation>En approuver {count} sans regarder</translation>
        </message>
        <message>
            <source>As many of these as possible</source>
            <translation>Autant que possible de celles-ci</translation>
        </message>
        <message>
            <source>As shipped</source>
            <translation>D’origine</translation>
        </message>
        <message>
            <source>As the computer is set</source>
            <translation>Comme l’ordinateur</translation>
        </message>
        <message>
            <source>Ask about: {fields}.</source>
            <translation>À vérifier avec la personne : {fields}.</translation>
        </message>
        <message>
            <source>Ask the person to lay both thumbs side by side on the glass.</source>
            <translation>Demandez à la personne de poser les deux pouces côte à côte sur la vitre.</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the left hand flat on the glass.</source>
            <translation>Demandez à la personne de poser les quatre doigts de la main gauche à plat sur la vitre.</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the right hand flat on the glass.</source>
            <translation>Demandez à la personne de poser les quatre doigts de la main droite à plat sur la vitre.</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera.</source>
            <translation>Demandez à la personne de regarder droit vers la caméra.</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the iris camera with both eyes wide open.</source>
            <translation>Demandez à la personne de regarder droit vers la caméra d’iris, les deux yeux grands ouverts.</translation>
        </message>
        <message>
            <source>Ask the person, or copy from a document. What is marked with * must be there.</source>
            <translation>Demandez à la personne ou recopiez d’après un document. Les champs marqués * sont obligatoires.</translation>
        </message>
        <message>
            <source>Ask what the person remembers: each detail helps to find the number. None is required.</source>
            <translation>Demandez ce dont la personne se souvient : chaque détail aide à retrouver le numéro. Rien n’est obligatoire.</translation>
        </message>
        <message>
            <source>Ask your supervisor to look at this proof.</source>
            <translation>Demandez à votre superviseur d’examiner cette preuve.</translation>
        </message>
        <message>
            <source>Asked for in no process: no trigger names one.</source>
            <translation>Demandée dans aucune procédure : aucun déclencheur n’en nomme.</translation>
        </message>
        <message>
            <source>Asked for in: {processes}</source>
            <translation>Demandée pour : {processes}</translation>
        </message>
        <message>
            <source>At least 8 characters.</source>
            <translation>Au moins 8 caractères.</translation>
        </message>
        <message>
            <source>At least one of these</source>
            <translation>Au moins une de celles-ci</translation>
        </message>
        <message>
            <source>At least, %</source>
            <translation>Au moins, %</translation>
        </message>
        <message>
            <source>At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.</source>
            <translation>Au plus {sheets} feuilles sont prises à la fois. S’il en reste dans le chargeur, ajoutez-les comme pages supplémentaires.</translation>
        </message>
        <message>
            <source>At most, %</source>
            <translation>Au plus, %</translation>
        </message>
        <message>
            <source>At this age one more document is needed. Go back to the documents and attach it.</source>
            <translation>À cet âge, un document de plus est nécessaire. Revenez aux documents et joignez-le.</translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation>Essai {number} sur {allowed}</translation>
        </message>
        <message>
            <source>Attempts before an officer may keep the best</source>
            <translation>Essais avant qu’un agent puisse garder le meilleur</translation>
        </message>
        <message>
            <source>Attestation</source>
            <translation>Attestation</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>Audit</translation>
        </message>
        <message>
            <source>Authentication</source>
            <translation>Authentification</translation>
        </message>
        <message>
            <source>Authenticator</source>
            <translation>Authentificateur</translation>
        </message>
        <message>
            <source>Authenticator of an operator removed</source>
            <translation>Authentificateur d’un opérateur supprimé</translation>
        </message>
        <message>
            <source>Authenticator of an operator set up</source>
            <translation>Authentificateur d’un opérateur configuré</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Retour</translation>
        </message>
        <message>
            <source>Back of the document</source>
            <translation>Verso du document</translation>
        </message>
        <message>
            <source>Back to the desk</source>
            <translation>Retour à l’accueil</translation>
        </message>
        <message>
            <source>Bandage, covering or glasses</source>
            <translation>Pansement, voile ou lunettes</translation>
        </message>
        <message>
            <source>Became</source>
            <translation>Devenu</translation>
        </message>
        <message>
            <source>Begin</source>
            <translation>Commencer</translation>
        </message>
        <message>
            <source>Begin again</source>
            <translation>Recommencer</translation>
        </message>
        <message>
            <source>Begin this step anew</source>
            <translation>Recommencer cette étape</translation>
        </message>
        <message>
            <source>Being judged …</source>
            <translation>Évaluation en cours …</translation>
        </message>
        <message>
            <source>Being taken. The person stays like this until it is good.</source>
            <translation>Prise en cours. La personne reste ainsi jusqu’à ce que ce soit bon.</translation>
        </message>
        <message>
            <source>Belongs to</source>
            <translation>Se rapporte à</translation>
        </message>
        <message>
            <source>Biometric exception cleared</source>
            <translation>Exception biométrique levée</translation>
        </message>
        <message>
            <source>Biometric exception marked</source>
            <translation>Exception biométrique marquée</translation>
        </message>
        <message>
            <source>Biometric sample captured</source>
            <translation>Échantillon biométrique capturé</translation>
        </message>
        <message>
            <source>Biometric sample judged by the station</source>
            <translation>Échantillon biométrique jugé par la station</translation>
        </message>
        <message>
            <source>Biometric sample set aside</source>
            <translation>Échantillon biométrique écarté</translation>
        </message>
        <message>
            <source>Biometrics</source>
            <translation>Biométrie</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>Bloquer</translation>
        </message>
        <message>
            <source>Blocklisted words stay</source>
            <translation>Des mots interdits restent</translation>
        </message>
        <message>
            <source>Born</source>
            <translation>Naissance</translation>
        </message>
        <message>
            <source>Both hands</source>
            <translation>Les deux mains</translation>
        </message>
        <message>
            <source>Browsers cannot come back to this computer: {port} is no port, or another program has it (MUSTER_BROWSER_PORT).</source>
            <translation>Les navigateurs ne peuvent pas revenir vers cet ordinateur : {port} n’est pas un port, ou un autre programme l’utilise (MUSTER_BROWSER_PORT).</translation>
        </message>
        <message>
            <source>Busy</source>
            <translation>occupé par un autre programme</translation>
        </message>
        <message>
            <source>By its chip the document has expired.</source>
            <translation>D’après sa puce, le document a expiré.</translation>
        </message>
        <message>
            <source>By its date it has expired.</source>
            <translation>D’après sa date, il n’est plus valable.</translation>
        </message>
        <message>
            <source>By the clock of this computer ({now}) this update is too old. Check the clock; if it is right, ask for a newer update.</source>
            <translation>D’après l’horloge de cet ordinateur ({now}), cette mise à jour est trop ancienne. Vérifiez l’horloge ; si elle est juste, demandez une mise à jour plus récente.</translation>
        </message>
        <message>
            <source>By {names}</source>
            <translation>Par {names}</translation>
        </message>
        <message>
            <source>Can prove: {level}</source>
            <translation>Peut prouver : {level}</translation>
        </message>
        <message>
            <source>Cannot be captured ({count} fingers): why?</source>
            <translation>Prise impossible ({count} doigts) : pourquoi ?</translation>
        </message>
        <message>
            <source>Cannot be captured ({fingers}): why?</source>
            <translation>Prise impossible ({fingers}) : pourquoi ?</translation>
        </message>
        <message>
            <source>Cannot be captured …</source>
            <translation>Prise impossible…</translation>
        </message>
        <message>
            <source>Cannot be held still</source>
            <translation>Ne peut pas rester immobile</translation>
        </message>
        <message>
            <source>Cannot be laid on the glass</source>
            <translation>Ne peut pas être posé sur la vitre</translation>
        </message>
        <message>
            <source>Cannot move as asked</source>
            <translation>Ne peut pas bouger comme demandé</translation>
        </message>
        <message>
            <source>Capitals and further signs</source>
            <translation>Majuscules et autres signes</translation>
        </message>
        <message>
            <source>Capture attempted</source>
            <translation>Tentative de capture</translation>
        </message>
        <message>
            <source>Capture below the threshold</source>
            <translation>Capture sous le seuil</translation>
        </message>
        <message>
            <source>Capture failed</source>
            <translation>Capture échouée</translation>
        </message>
        <message>
            <source>Captures</source>
            <translation>Prises</translation>
        </message>
        <message>
            <source>Captures kept below the threshold: {count}; the lowest has quality {lowest}.</source>
            <translation>Captures gardées sous le seuil : {count} ; la plus faible a la qualité {lowest}.</translation>
        </message>
        <message>
            <source>Center's gallery could not be asked or told</source>
            <translation>La galerie du centre n’a pu être ni interrogée ni informée</translation>
        </message>
        <message>
            <source>Centre and machine have five digits each, as the server assigned them.</source>
            <translation>Les numéros du centre et du poste comportent cinq chiffres chacun, tels que le serveur les a attribués.</translation>
        </message>
        <message>
            <source>Centre and machine numbers have five digits.</source>
            <translation>Les numéros du centre et du poste comportent cinq chiffres.</translation>
        </message>
        <message>
            <source>Centre number</source>
            <translation>Numéro du centre</translation>
        </message>
        <message>
            <source>Centre {center}, machine {machine}</source>
            <translation>Centre {center}, poste {machine}</translation>
        </message>
        <message>
            <source>Certificate of the server's signatures stored</source>
            <translation>Certificat des signatures du serveur enregistré</translation>
        </message>
        <message>
            <source>Certificates</source>
            <translation>Certificats</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>Modifier</translation>
        </message>
        <message>
            <source>Change the password</source>
            <translation>Changer le mot de passe</translation>
        </message>
        <message>
            <source>Change the roles</source>
            <translation>Changer les rôles</translation>
        </message>
        <message>
            <source>Changed certificate of the server accepted</source>
            <translation>Certificat modifié du serveur accepté</translation>
        </message>
        <message>
            <source>Changed settings tried on registrations of before</source>
            <translation>Réglages modifiés essayés sur des inscriptions passées</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>Vérification</translation>
        </message>
        <message>
            <source>Check all</source>
            <translation>Tout vérifier</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>Vérifier maintenant</translation>
        </message>
        <message>
            <source>Checks in doubt</source>
            <translation>Contrôles douteux</translation>
        </message>
        <message>
            <source>Checks that could not be made</source>
            <translation>Contrôles impossibles à faire</translation>
        </message>
        <message>
            <source>Checks that failed</source>
            <translation>Contrôles échoués</translation>
        </message>
        <message>
            <source>Checks that went well</source>
            <translation>Contrôles réussis</translation>
        </message>
        <message>
            <source>Chin down a little.</source>
            <translation>Baissez un peu le menton.</translation>
        </message>
        <message>
            <source>Chin up a little.</source>
            <translation>Levez un peu le menton.</translation>
        </message>
        <message>
            <source>Chip of a document read</source>
            <translation>Puce d’un document lue</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>Choisir</translation>
        </message>
        <message>
            <source>Choose a file and take it</source>
            <translation>Choisir un fichier et la retirer</translation>
        </message>
        <message>
            <source>Choose a line and press F2 to change it.</source>
            <translation>Choisissez une ligne et appuyez sur F2 pour la modifier.</translation>
        </message>
        <message>
            <source>Choose a picture for each page</source>
            <translation>Choisissez une image pour chaque page</translation>
        </message>
        <message>
            <source>Choose a reason.</source>
            <translation>Choisissez un motif.</translation>
        </message>
        <message>
            <source>Choose a record, or search for a registration: its story stands here.</source>
            <translation>Choisissez une entrée ou cherchez un enregistrement : son histoire s’affiche ici.</translation>
        </message>
        <message>
            <source>Choose and test</source>
            <translation>Choisir et tester</translation>
        </message>
        <message>
            <source>Choose another capture</source>
            <translation>Choisir une autre capture</translation>
        </message>
        <message>
            <source>Choose another way</source>
            <translation>Choisir une autre voie</translation>
        </message>
        <message>
            <source>Choose at least one role.</source>
            <translation>Choisissez au moins un rôle.</translation>
        </message>
        <message>
            <source>Choose from a calendar</source>
            <translation>Choisir dans un calendrier</translation>
        </message>
        <message>
            <source>Choose one of the entries of the list.</source>
            <translation>Choisissez l’une des entrées de la liste.</translation>
        </message>
        <message>
            <source>Choose one or more languages, each once.</source>
            <translation>Choisissez une ou plusieurs langues, chacune une seule fois.</translation>
        </message>
        <message>
            <source>Choose the kind of document from the list.</source>
            <translation>Choisissez le type de document dans la liste.</translation>
        </message>
        <message>
            <source>Choose the same entry of the list in every language.</source>
            <translation>Choisissez la même entrée de la liste dans chaque langue.</translation>
        </message>
        <message>
            <source>Choose which capture of the parent or guardian it shall be, and press Start.</source>
            <translation>Choisissez ce qui est saisi du parent ou tuteur, puis appuyez sur Commencer.</translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation>Indiquez qui travaille ici. Les mots de passe protègent tout ce que contient cet ordinateur : si les deux sont perdus, les inscriptions non envoyées le sont aussi.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Fermer</translation>
        </message>
        <message>
            <source>Close both eyes for a moment, then open them.</source>
            <translation>Fermez les deux yeux un instant, puis rouvrez-les.</translation>
        </message>
        <message>
            <source>Close the keyboard</source>
            <translation>Fermer le clavier</translation>
        </message>
        <message>
            <source>Close the mouth.</source>
            <translation>Fermez la bouche.</translation>
        </message>
        <message>
            <source>Code of a person's authenticator given</source>
            <translation>Code de l’authentificateur d’une personne donné</translation>
        </message>
        <message>
            <source>Code of an authenticator taken</source>
            <translation>Code d’un authentificateur accepté</translation>
        </message>
        <message>
            <source>Code of your authenticator</source>
            <translation>Code de votre authentificateur</translation>
        </message>
        <message>
            <source>Code of your authenticator, if you have one</source>
            <translation>Code de votre authentificateur, si vous en avez un</translation>
        </message>
        <message>
            <source>Code to be read by the person's telephone</source>
            <translation>Code à lire avec le téléphone de la personne</translation>
        </message>
        <message>
            <source>Code to be read by your authenticator app</source>
            <translation>Code à lire avec votre application d’authentification</translation>
        </message>
        <message>
            <source>Colours and size</source>
            <translation>Couleurs et taille</translation>
        </message>
        <message>
            <source>Come a little closer.</source>
            <translation>Approchez-vous un peu.</translation>
        </message>
        <message>
            <source>Comment</source>
            <translation>Commentaire</translation>
        </message>
        <message>
            <source>Comment, if there is one</source>
            <translation>Commentaire, s’il y en a un</translation>
        </message>
        <message>
            <source>Comment; needed for another reason</source>
            <translation>Commentaire ; nécessaire pour une autre raison</translation>
        </message>
        <message>
            <source>Compare the face with the picture on the document, and the name with what was entered.</source>
            <translation>Comparez le visage à la photo du document, et le nom à ce qui a été saisi.</translation>
        </message>
        <message>
            <source>Compared with</source>
            <translation>Comparé avec</translation>
        </message>
        <message>
            <source>Conditions of the engine {engine} are not understood; use MVEL.</source>
            <translation>Les conditions du moteur {engine} ne sont pas comprises ; utilisez MVEL.</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>Configuration</translation>
        </message>
        <message>
            <source>Configurations (*.json);;All files (*)</source>
            <translation>Configurations (*.json);;Tous les fichiers (*)</translation>
        </message>
        <message>
            <source>Confirm</source>
            <translation>Confirmer</translation>
        </message>
        <message>
            <source>Confirmed by {name}.</source>
            <translation>Confirmé par {name}.</translation>
        </message>
        <message>
            <source>Connections</source>
            <translation>Connexions</translation>
        </message>
        <message>
            <source>Consent</source>
            <translation>Consentement</translation>
        </message>
        <message>
            <source>Consent counts only with a signature</source>
            <translation>Le consentement ne compte qu’avec une signature</translation>
        </message>
        <message>
            <source>Consent given</source>
            <translation>Consentement donné</translation>
        </message>
        <message>
            <source>Content</source>
            <translation>Contenu</translation>
        </message>
        <message>
            <source>Content exported in another system's words</source>
            <translation>Contenu exporté dans les termes d’un autre système</translation>
        </message>
        <message>
            <source>Continue sending</source>
            <translation>Reprendre l’envoi</translation>
        </message>
        <message>
            <source>Copy of a packet handed over on a drive</source>
            <translation>Copie d’un paquet remise sur un support</translation>
        </message>
        <message>
            <source>Counts from</source>
            <translation>Compte à partir de</translation>
        </message>
        <message>
            <source>Damaged database put aside and rebuilt</source>
            <translation>Base de données endommagée mise de côté et reconstruite</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Sombre</translation>
        </message>
        <message>
            <source>Database brought forward to a newer form</source>
            <translation>Base de données mise à une forme plus récente</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>Jour</translation>
        </message>
        <message>
            <source>Days a face can be found again here</source>
            <translation>Jours pendant lesquels un visage peut être retrouvé ici</translation>
        </message>
        <message>
            <source>Days a packet may be on its way on a drive</source>
            <translation>Jours pendant lesquels un paquet peut voyager sur un support</translation>
        </message>
        <message>
            <source>Days a packet may wait for review</source>
            <translation>Jours pendant lesquels un paquet peut attendre sa vérification</translation>
        </message>
        <message>
            <source>Days a sealed packet stays after the server processed it</source>
            <translation>Jours pendant lesquels un paquet scellé reste après son traitement par le serveur</translation>
        </message>
        <message>
            <source>Days of the oldest review</source>
            <translation>Jours d’attente de la plus ancienne vérification</translation>
        </message>
        <message>
            <source>Days of the server's certificate for answers</source>
            <translation>Jours du certificat du serveur pour ses réponses</translation>
        </message>
        <message>
            <source>Days of the server's certificate for packets</source>
            <translation>Jours du certificat du serveur pour les paquets</translation>
        </message>
        <message>
            <source>Days over which an officer's exceptions are counted</source>
            <translation>Jours sur lesquels les exceptions d’un agent sont comptées</translation>
        </message>
        <message>
            <source>Days since the server's lists (places, documents) were fetched</source>
            <translation>Jours depuis la récupération des listes du serveur (lieux, documents)</translation>
        </message>
        <message>
            <source>Days since the settings were fetched</source>
            <translation>Jours depuis la récupération des réglages</translation>
        </message>
        <message>
            <source>Days since the users were fetched</source>
            <translation>Jours depuis la récupération des utilisateurs</translation>
        </message>
        <message>
            <source>Days the code on a slip is called valid</source>
            <translation>Jours pendant lesquels le code d’un reçu est dit valable</translation>
        </message>
        <message>
            <source>Days the server's list of people may be old</source>
            <translation>Âge permis de la liste des personnes du serveur, en jours</translation>
        </message>
        <message>
            <source>Days the server's lists may be old</source>
            <translation>Âge permis des listes du serveur, en jours</translation>
        </message>
        <message>
            <source>Days the server's settings may be old</source>
            <translation>Âge permis des réglages du serveur, en jours</translation>
        </message>
        <message>
            <source>Days without sending</source>
            <translation>Jours sans envoi</translation>
        </message>
        <message>
            <source>Days without sending while packets wait</source>
            <translation>Jours sans envoi pendant que des paquets attendent</translation>
        </message>
        <message>
            <source>Decided which of two values is right</source>
            <translation>Décidé laquelle de deux valeurs est juste</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>Décision</translation>
        </message>
        <message>
            <source>Decision handed back to another station</source>
            <translation>Décision rendue à une autre station</translation>
        </message>
        <message>
            <source>Decision of another station carried out</source>
            <translation>Décision d’une autre station exécutée</translation>
        </message>
        <message>
            <source>Decisions and reasons</source>
            <translation>Décisions et motifs</translation>
        </message>
        <message>
            <source>Delete the letter before</source>
            <translation>Effacer la lettre précédente</translation>
        </message>
        <message>
            <source>Delivery attempt failed</source>
            <translation>Tentative d’envoi échouée</translation>
        </message>
        <message>
            <source>Delivery of another station's packet failed</source>
            <translation>Envoi du paquet d’une autre station échoué</translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation>Poste de démonstration : le mot de passe est déjà saisi. N’inscrivez que des personnes fictives.</translation>
        </message>
        <message>
            <source>Demographics entered</source>
            <translation>Données saisies</translation>
        </message>
        <message>
            <source>Demographics entered, blocklisted words kept</source>
            <translation>Données saisies, mots interdits conservés</translation>
        </message>
        <message>
            <source>Demographics kept unfinished</source>
            <translation>Données gardées inachevées</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>Renseignements</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>Appareil</translation>
        </message>
        <message>
            <source>Device of a kind chosen</source>
            <translation>Appareil d’un type choisi</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>Appareils</translation>
        </message>
        <message>
            <source>Digest</source>
            <translation>Empreinte</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>Supprimer</translation>
        </message>
        <message>
            <source>Discard for good?</source>
            <translation>Vraiment supprimer ?</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>Document</translation>
        </message>
        <message>
            <source>Document attached</source>
            <translation>Document joint</translation>
        </message>
        <message>
            <source>Document kept with a smaller picture</source>
            <translation>Document gardé avec une image plus petite</translation>
        </message>
        <message>
            <source>Document of a proof taken as the registration's</source>
            <translation>Document d’une preuve repris comme celui de l’enregistrement</translation>
        </message>
        <message>
            <source>Document removed</source>
            <translation>Document retiré</translation>
        </message>
        <message>
            <source>Document shared by</source>
            <translation>Document partagé par</translation>
        </message>
        <message>
            <source>Document that was shown here</source>
            <translation>Document présenté ici</translation>
        </message>
        <message>
            <source>Document, chip, code or pre-registration read for the form</source>
            <translation>Document, puce, code ou préinscription lu pour le formulaire</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>Documents</translation>
        </message>
        <message>
            <source>Done.</source>
            <translation>C’est fait.</translation>
        </message>
        <message>
            <source>Done: this is the code</source>
            <translation>Terminé : voici le code</translation>
        </message>
        <message>
            <source>Drivers of devices that may be loaded</source>
            <translation>Pilotes d’appareils qui peuvent être chargés</translation>
        </message>
        <message>
            <source>Drivers that are not loaded</source>
            <translation>Pilotes non chargés</translation>
        </message>
        <message>
            <source>Driving licence</source>
            <translation>Permis de conduire</translation>
        </message>
        <message>
            <source>Dry or wet skin</source>
            <translation>Peau sèche ou humide</translation>
        </message>
        <message>
            <source>Duplicates</source>
            <translation>Doublons</translation>
        </message>
        <message>
            <source>E-mail address</source>
            <translation>Adresse e-mail</translation>
        </message>
        <message>
            <source>Earlier faces that look like this one: {count}. Compare them.</source>
            <translation>Visages antérieurs ressemblant à celui-ci : {count}. Comparez-les.</translation>
        </message>
        <message>
            <source>Encoded data in the biometric file is damaged.</source>
            <translation>Des données encodées du fichier biométrique sont endommagées.</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>Y mettre fin</translation>
        </message>
        <message>
            <source>End the registration? Nothing is kept.</source>
            <translation>Terminer l’inscription ? Rien n’est conservé.</translation>
        </message>
        <message>
            <source>End this proof</source>
            <translation>Mettre fin à cette preuve</translation>
        </message>
        <message>
            <source>Enrolled: {names}</source>
            <translation>Enregistré : {names}</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Entrée</translation>
        </message>
        <message>
            <source>Enter: next empty field · Ctrl+Enter: Next</source>
            <translation>Entrée : champ vide suivant · Ctrl+Entrée : Suivant</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Échap</translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation>Tout est enregistré au fur et à mesure.</translation>
        </message>
        <message>
            <source>Everything is taken.</source>
            <translation>Tout est pris.</translation>
        </message>
        <message>
            <source>Everything succeeded, but it does not prove enough for this purpose.</source>
            <translation>Tout a réussi, mais cela ne prouve pas assez pour cet usage.</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>Preuves</translation>
        </message>
        <message>
            <source>Evidence of an identity shown to a supervisor</source>
            <translation>Preuves d’une identité montrées à un superviseur</translation>
        </message>
        <message>
            <source>Exception photo</source>
            <translation>Photo d’exception</translation>
        </message>
        <message>
            <source>Exceptions</source>
            <translation>Exceptions</translation>
        </message>
        <message>
            <source>Exported content accepted by another server</source>
            <translation>Contenu exporté accepté par un autre serveur</translation>
        </message>
        <message>
            <source>Eye cannot be captured (illness)</source>
            <translation>Maladie de l’œil</translation>
        </message>
        <message>
            <source>Eye injured or bandaged</source>
            <translation>Œil blessé ou bandé</translation>
        </message>
        <message>
            <source>Eye missing</source>
            <translation>Œil manquant</translation>
        </message>
        <message>
            <source>Eyes</source>
            <translation>Yeux</translation>
        </message>
        <message>
            <source>Face</source>
            <translation>Visage</translation>
        </message>
        <message>
            <source>Face and fingers</source>
            <translation>Visage et doigts</translation>
        </message>
        <message>
            <source>Face searched for among those captured here</source>
            <translation>Visage cherché parmi ceux capturés ici</translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation>Visage, doigts et yeux</translation>
        </message>
        <message>
            <source>Face, fingers or eyes are to be captured again</source>
            <translation>Le visage, les doigts ou les yeux sont à reprendre</translation>
        </message>
        <message>
            <source>Face, hands and eyes</source>
            <translation>Visage, mains et yeux</translation>
        </message>
        <message>
            <source>Faces are compared at the center, too</source>
            <translation>Les visages sont aussi comparés au centre</translation>
        </message>
        <message>
            <source>Faces like this one found, for a supervisor to compare</source>
            <translation>Visages semblables trouvés, à comparer par un superviseur</translation>
        </message>
        <message>
            <source>Failed attempts</source>
            <translation>Essais échoués</translation>
        </message>
        <message>
            <source>Family name</source>
            <translation>Nom de famille</translation>
        </message>
        <message>
            <source>Faults to be mended: {count}</source>
            <translation>Erreurs à corriger : {count}</translation>
        </message>
        <message>
            <source>Fetch</source>
            <translation>Récupérer</translation>
        </message>
        <message>
            <source>Fetch the pre-registration</source>
            <translation>Chercher la préinscription</translation>
        </message>
        <message>
            <source>Fetching …</source>
            <translation>Récupération …</translation>
        </message>
        <message>
            <source>Fields filled in from what was read</source>
            <translation>Champs remplis à partir de ce qui a été lu</translation>
        </message>
        <message>
            <source>Fields in which blocklisted words stay, with a reason: {count}. Read why.</source>
            <translation>Champs où des mots indésirables restent, avec une raison : {count}. Lisez pourquoi.</translation>
        </message>
        <message>
            <source>Fields in which what was typed differs from what a document says: {count}.</source>
            <translation>Champs où la saisie diffère de ce que dit un document : {count}.</translation>
        </message>
        <message>
            <source>Figure before</source>
            <translation>Chiffre précédent</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>Chiffres</translation>
        </message>
        <message>
            <source>Figures of everybody's work shown to a supervisor</source>
            <translation>Chiffres du travail de tous montrés à un superviseur</translation>
        </message>
        <message>
            <source>Figures written to a file</source>
            <translation>Chiffres écrits dans un fichier</translation>
        </message>
        <message>
            <source>File behind evidence copied by a supervisor</source>
            <translation>Fichier d’une preuve copié par un superviseur</translation>
        </message>
        <message>
            <source>File behind evidence shown to a supervisor</source>
            <translation>Fichier d’une preuve montré à un superviseur</translation>
        </message>
        <message>
            <source>Fill in {count} details</source>
            <translation>Remplir {count} champs</translation>
        </message>
        <message>
            <source>Filled in at home?</source>
            <translation>Déjà rempli à la maison ?</translation>
        </message>
        <message>
            <source>Filled in: {fields}.</source>
            <translation>Rempli : {fields}.</translation>
        </message>
        <message>
            <source>Find a place</source>
            <translation>Chercher un lieu</translation>
        </message>
        <message>
            <source>Find a registration by its number or by the person's name</source>
            <translation>Trouver un enregistrement par son numéro ou par le nom de la personne</translation>
        </message>
        <message>
            <source>Finger</source>
            <translation>Doigt</translation>
        </message>
        <message>
            <source>Finger and face</source>
            <translation>Doigt et visage</translation>
        </message>
        <message>
            <source>Finger injured or bandaged</source>
            <translation>Doigt blessé ou bandé</translation>
        </message>
        <message>
            <source>Finger missing</source>
            <translation>Doigt manquant</translation>
        </message>
        <message>
            <source>Finger, eye, face</source>
            <translation>Doigt, œil, visage</translation>
        </message>
        <message>
            <source>Fingers and eyes</source>
            <translation>Doigts et yeux</translation>
        </message>
        <message>
            <source>Fingers or eyes marked as not to be captured: {count}, of them for good: {permanent}.</source>
            <translation>Doigts ou yeux marqués impossibles à capturer : {count}, dont définitivement : {permanent}.</translation>
        </message>
        <message>
            <source>First the person agrees to: {names}</source>
            <translation>La personne accepte d’abord : {names}</translation>
        </message>
        <message>
            <source>First try, %</source>
            <translation>Premier essai, %</translation>
        </message>
        <message>
            <source>For now</source>
            <translation>Pour l’instant</translation>
        </message>
        <message>
            <source>Forced, %</source>
            <translation>Gardé sous le seuil, %</translation>
        </message>
        <message>
            <source>Forms</source>
            <translation>Formulaires</translation>
        </message>
        <message>
            <source>Forms and lists</source>
            <translation>Formulaires et listes</translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation>Depuis un fichier…</translation>
        </message>
        <message>
            <source>From sealing to the server's answer it takes {minutes} minutes for half of the packets.</source>
            <translation>Du scellement à la réponse du serveur, il faut {minutes} minutes pour la moitié des paquets.</translation>
        </message>
        <message>
            <source>From the beginning</source>
            <translation>Depuis le début</translation>
        </message>
        <message>
            <source>From: {source} ({sure})</source>
            <translation>Origine : {source} ({sure})</translation>
        </message>
        <message>
            <source>Front of the document</source>
            <translation>Recto du document</translation>
        </message>
        <message>
            <source>GPS receiver</source>
            <translation>récepteur GPS</translation>
        </message>
        <message>
            <source>Give the new password</source>
            <translation>Donner le nouveau mot de passe</translation>
        </message>
        <message>
            <source>Given names</source>
            <translation>Prénoms</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>Reprendre</translation>
        </message>
        <message>
            <source>Go on (Space)</source>
            <translation>Continuer (Espace)</translation>
        </message>
        <message>
            <source>Go on with other things</source>
            <translation>Passer à autre chose</translation>
        </message>
        <message>
            <source>Go through it with the person. Change leads to each part and back here.</source>
            <translation>Parcourez la page avec la personne. Modifier mène à chaque partie et ramène ici.</translation>
        </message>
        <message>
            <source>Go through it with the person. Press a part to change it.</source>
            <translation>Parcourez tout avec la personne. « Modifier » mène à chaque partie.</translation>
        </message>
        <message>
            <source>Go through this with the person, one step after the other.</source>
            <translation>Parcourez ceci avec la personne, étape par étape.</translation>
        </message>
        <message>
            <source>Good at my first try</source>
            <translation>Bon à mon premier essai</translation>
        </message>
        <message>
            <source>Good at the first try</source>
            <translation>Bon au premier essai</translation>
        </message>
        <message>
            <source>Good until</source>
            <translation>Valable jusqu’au</translation>
        </message>
        <message>
            <source>Good, thank you.</source>
            <translation>Bien, merci.</translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation>C’est bien. Ne bougez plus…</translation>
        </message>
        <message>
            <source>Handed in</source>
            <translation>Remis</translation>
        </message>
        <message>
            <source>Head of the trail: {digest}</source>
            <translation>Tête du journal : {digest}</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>Contraste élevé</translation>
        </message>
        <message>
            <source>Hints</source>
            <translation>Conseils</translation>
        </message>
        <message>
            <source>Hints, at the top, says on every page what to do.</source>
            <translation>« Conseils », en haut, dit à chaque page ce qu’il faut faire.</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>Mettre en attente</translation>
        </message>
        <message>
            <source>Hold it before the camera …</source>
            <translation>Présentez-le devant la caméra…</translation>
        </message>
        <message>
            <source>Hour</source>
            <translation>Heure</translation>
        </message>
        <message>
            <source>Hours content stays after delivery for its slip</source>
            <translation>Heures pendant lesquelles le contenu reste après l’envoi pour son reçu</translation>
        </message>
        <message>
            <source>How far back</source>
            <translation>Jusqu’où en arrière</translation>
        </message>
        <message>
            <source>How large the page is in truth is not known.</source>
            <translation>La taille réelle de la page n’est pas connue.</translation>
        </message>
        <message>
            <source>How long things are kept</source>
            <translation>Durée de conservation</translation>
        </message>
        <message>
            <source>How long this station can go on</source>
            <translation>Autonomie de ce poste</translation>
        </message>
        <message>
            <source>How sure a reading has to be (0 to 1)</source>
            <translation>Certitude qu’une lecture doit avoir (0 à 1)</translation>
        </message>
        <message>
            <source>I compared them: it is the same person.</source>
            <translation>J’ai comparé : c’est la même personne.</translation>
        </message>
        <message>
            <source>I see the person here myself</source>
            <translation>Je vois moi-même la personne ici</translation>
        </message>
        <message>
            <source>I see the person here myself …</source>
            <translation>Je vois moi-même la personne ici…</translation>
        </message>
        <message>
            <source>I see the person: they sit before the camera, with nothing before the face.</source>
            <translation>Je vois la personne : elle est assise devant la caméra, sans rien devant le visage.</translation>
        </message>
        <message>
            <source>I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.</source>
            <translation>Moi, {officer}, j’ai vérifié l’identité de cette personne et enregistré ce que j’ai constaté ; la personne l’a confirmé.</translation>
        </message>
        <message>
            <source>Identity card</source>
            <translation>Carte d’identité</translation>
        </message>
        <message>
            <source>Identity proofing</source>
            <translation>Preuve d’identité</translation>
        </message>
        <message>
            <source>In the file: {name}</source>
            <translation>Dans le fichier : {name}</translation>
        </message>
        <message>
            <source>Injury or illness</source>
            <translation>Blessure ou maladie</translation>
        </message>
        <message>
            <source>Introducer compared with the officer at the desk</source>
            <translation>Accompagnant comparé à l’agent au guichet</translation>
        </message>
        <message>
            <source>Is this address spelt right? Many addresses end in {likely}.</source>
            <translation>Cette adresse est-elle bien écrite ? Beaucoup d’adresses finissent par {likely}.</translation>
        </message>
        <message>
            <source>Issued by</source>
            <translation>Délivré par</translation>
        </message>
        <message>
            <source>Issued on</source>
            <translation>Délivré le</translation>
        </message>
        <message>
            <source>It belongs to: {place}</source>
            <translation>Sa place : {place}</translation>
        </message>
        <message>
            <source>It can be captured after all</source>
            <translation>La prise est finalement possible</translation>
        </message>
        <message>
            <source>It can be taken into use, after {seconds} s.</source>
            <translation>Il peut être utilisé, après {seconds} s.</translation>
        </message>
        <message>
            <source>It cannot be gone on in this way. Ask your supervisor.</source>
            <translation>On ne peut pas continuer de cette manière. Adressez-vous à votre superviseur.</translation>
        </message>
        <message>
            <source>It captured what lay before it. Nothing of that was kept.</source>
            <translation>Il a saisi ce qui se trouvait devant lui. Rien n’en a été conservé.</translation>
        </message>
        <message>
            <source>It counts from the next sign-in on.</source>
            <translation>Elle compte à partir de la prochaine connexion.</translation>
        </message>
        <message>
            <source>It did not succeed, because you played it so.</source>
            <translation>Cela n’a pas abouti, car vous l’avez joué ainsi.</translation>
        </message>
        <message>
            <source>It does not know where it is yet. Place it at a window and test it again in some minutes.</source>
            <translation>Il ne connaît pas encore sa position. Placez-le près d’une fenêtre et testez-le à nouveau dans quelques minutes.</translation>
        </message>
        <message>
            <source>It fails</source>
            <translation>Elle échoue</translation>
        </message>
        <message>
            <source>It fails for now</source>
            <translation>Échoue pour l’instant</translation>
        </message>
        <message>
            <source>It is not, or I am not sure</source>
            <translation>Ce n’est pas elle, ou je n’en suis pas sûr</translation>
        </message>
        <message>
            <source>It knows where it is.</source>
            <translation>Il connaît sa position.</translation>
        </message>
        <message>
            <source>It looks for chips, and none lay on it.</source>
            <translation>Il cherche des puces ; aucune n’y était posée.</translation>
        </message>
        <message>
            <source>It looks like this: name@example.org</source>
            <translation>Elle s’écrit ainsi : nom@example.org</translation>
        </message>
        <message>
            <source>It says the same as the form: {fields}.</source>
            <translation>Il dit la même chose que le formulaire : {fields}.</translation>
        </message>
        <message>
            <source>It sees the chip of a document. Nothing of it was read.</source>
            <translation>Il voit la puce d’un document. Rien n’en a été lu.</translation>
        </message>
        <message>
            <source>It stops only {seconds} s after it was told to. It can be used; give this report to the maker of its driver.</source>
            <translation>Il ne s’arrête que {seconds} s après l’ordre. Il peut être utilisé ; transmettez ce rapport à l’auteur de son pilote.</translation>
        </message>
        <message>
            <source>It stops when it is told to, after {seconds} s.</source>
            <translation>Il s’arrête quand on le lui demande, après {seconds} s.</translation>
        </message>
        <message>
            <source>It succeeds</source>
            <translation>Elle réussit</translation>
        </message>
        <message>
            <source>It takes {count} digits and no spaces between them.</source>
            <translation>Il faut {count} chiffres, sans espace entre eux.</translation>
        </message>
        <message>
            <source>It takes {least} to {most} characters.</source>
            <translation>Il faut de {least} à {most} caractères.</translation>
        </message>
        <message>
            <source>It takes {least} to {most} digits and no spaces between them.</source>
            <translation>Il faut de {least} à {most} chiffres, sans espace entre eux.</translation>
        </message>
        <message>
            <source>It waits</source>
            <translation>Elle attend</translation>
        </message>
        <message>
            <source>It was given back and can be taken into use again.</source>
            <translation>Il a été libéré et peut être utilisé à nouveau.</translation>
        </message>
        <message>
            <source>It works with firmware {firmware}.</source>
            <translation>Il fonctionne avec le micrologiciel {firmware}.</translation>
        </message>
        <message>
            <source>Its certificate ended on {date}. Connect the computer to the internet and restart the device's program; if that does not help, ask the device's maker.</source>
            <translation>Son certificat a expiré le {date}. Connectez l’ordinateur à Internet et redémarrez le programme de l’appareil ; si cela ne suffit pas, adressez-vous au fabricant.</translation>
        </message>
        <message>
            <source>Its certificate ends on {date}. Ask the device's maker for a new one in time.</source>
            <translation>Son certificat expire le {date}. Demandez-en un nouveau au fabricant à temps.</translation>
        </message>
        <message>
            <source>Its certificate is good until {date}.</source>
            <translation>Son certificat est valable jusqu’au {date}.</translation>
        </message>
        <message>
            <source>Its clock agrees with this computer's.</source>
            <translation>Son horloge concorde avec celle de cet ordinateur.</translation>
        </message>
        <message>
            <source>Its clock is {seconds} s off this computer's. Set the clocks, then restart the device's program.</source>
            <translation>Son horloge est décalée de {seconds} s par rapport à cet ordinateur. Réglez les horloges, puis redémarrez le programme de l’appareil.</translation>
        </message>
        <message>
            <source>Its portrait is compared with the face that is captured.</source>
            <translation>Son portrait sera comparé au visage qui est saisi.</translation>
        </message>
        <message>
            <source>Judging this capture broke off twice. Take it again; if that happens again, tell your administrator.</source>
            <translation>L’évaluation de cette prise s’est interrompue deux fois. Refaites-la ; si cela se reproduit, prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>Keep as</source>
            <translation>Garder comme</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>Le garder</translation>
        </message>
        <message>
            <source>Keep it, because …</source>
            <translation>Le garder, parce que …</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>Garder le mien</translation>
        </message>
        <message>
            <source>Keep the best there is …</source>
            <translation>Garder le meilleur obtenu…</translation>
        </message>
        <message>
            <source>Kept below the threshold</source>
            <translation>Conservé sous le seuil</translation>
        </message>
        <message>
            <source>Kept.</source>
            <translation>Enregistré.</translation>
        </message>
        <message>
            <source>Kept. No use case says in its triggers which process it is for, so nobody is asked.</source>
            <translation>Conservée. Aucun cas d’usage ne dit dans ses déclencheurs à quelle procédure il sert ; rien n’est donc demandé à personne.</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>Clavier</translation>
        </message>
        <message>
            <source>Keyboard on the screen</source>
            <translation>Clavier à l’écran</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>Touches</translation>
        </message>
        <message>
            <source>Keys on this page</source>
            <translation>Touches de cette page</translation>
        </message>
        <message>
            <source>Kilometres from the station from which a packet is far away</source>
            <translation>Kilomètres de la station à partir desquels un paquet est loin</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>Type</translation>
        </message>
        <message>
            <source>Kind of document</source>
            <translation>Type de document</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Langue</translation>
        </message>
        <message>
            <source>Language of the window</source>
            <translation>Langue de la fenêtre</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>Plus grand</translation>
        </message>
        <message>
            <source>Lasting</source>
            <translation>Durable</translation>
        </message>
        <message>
            <source>Lay the document on the chip reader …</source>
            <translation>Posez le document sur le lecteur de puce…</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan, or go on without one.</source>
            <translation>Posez le document sur le scanner et appuyez sur Numériser, ou continuez sans document.</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan. What is marked with * must be there.</source>
            <translation>Posez le document sur le scanner et cliquez sur Numériser. Les documents marqués * sont obligatoires.</translation>
        </message>
        <message>
            <source>Lean the head a little to the left.</source>
            <translation>Penchez un peu la tête vers la gauche.</translation>
        </message>
        <message>
            <source>Lean the head a little to the right.</source>
            <translation>Penchez un peu la tête vers la droite.</translation>
        </message>
        <message>
            <source>Least quality of a finger</source>
            <translation>Qualité minimale d’un doigt</translation>
        </message>
        <message>
            <source>Least quality of an eye</source>
            <translation>Qualité minimale d’un œil</translation>
        </message>
        <message>
            <source>Least quality of one finger</source>
            <translation>Qualité minimale d’un seul doigt</translation>
        </message>
        <message>
            <source>Left eye</source>
            <translation>Œil gauche</translation>
        </message>
        <message>
            <source>Left hand</source>
            <translation>Main gauche</translation>
        </message>
        <message>
            <source>Left index finger</source>
            <translation>Index gauche</translation>
        </message>
        <message>
            <source>Left little finger</source>
            <translation>Auriculaire gauche</translation>
        </message>
        <message>
            <source>Left middle finger</source>
            <translation>Majeur gauche</translation>
        </message>
        <message>
            <source>Left ring finger</source>
            <translation>Annulaire gauche</translation>
        </message>
        <message>
            <source>Left thumb</source>
            <translation>Pouce gauche</translation>
        </message>
        <message>
            <source>Let in again</source>
            <translation>Réadmettre</translation>
        </message>
        <message>
            <source>Level {level} of {most}</source>
            <translation>Niveau {level} sur {most}</translation>
        </message>
        <message>
            <source>Lids or lashes cover a part of the iris. Open the eyes wide.</source>
            <translation>Les paupières ou les cils couvrent une partie de l’iris. Ouvrez grand les yeux.</translation>
        </message>
        <message>
            <source>Lift your chin slowly, then look back to the camera.</source>
            <translation>Levez lentement le menton, puis regardez de nouveau la caméra.</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Clair</translation>
        </message>
        <message>
            <source>Light is reflected by the glasses. Take them off, or move the lamp.</source>
            <translation>Les lunettes reflètent la lumière. Retirez-les ou déplacez la lampe.</translation>
        </message>
        <message>
            <source>Light is reflected on the page. Turn the page or the lamp a little.</source>
            <translation>La lumière se reflète sur la page. Tournez un peu la page ou la lampe.</translation>
        </message>
        <message>
            <source>Like with like</source>
            <translation>À conditions égales</translation>
        </message>
        <message>
            <source>Limits of the station</source>
            <translation>Limites du poste</translation>
        </message>
        <message>
            <source>Lists</source>
            <translation>Listes</translation>
        </message>
        <message>
            <source>Living face confirmed, attested or refused</source>
            <translation>Visage vivant confirmé, attesté ou refusé</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>Verrouiller</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>Verrouillé</translation>
        </message>
        <message>
            <source>Locks in {minutes} min</source>
            <translation>Verrouillage dans {minutes} min</translation>
        </message>
        <message>
            <source>Look at this registration before you approve it.</source>
            <translation>Regardez cet enregistrement avant de l’approuver.</translation>
        </message>
        <message>
            <source>Look into the camera</source>
            <translation>Regarder la caméra</translation>
        </message>
        <message>
            <source>Look into the camera.</source>
            <translation>Regardez la caméra.</translation>
        </message>
        <message>
            <source>Look straight into the camera.</source>
            <translation>Regardez droit dans l’appareil.</translation>
        </message>
        <message>
            <source>Looked up here</source>
            <translation>Recherché ici</translation>
        </message>
        <message>
            <source>Looking at what was before …</source>
            <translation>Consultation de ce qui s’est passé avant …</translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation>Numéro du poste</translation>
        </message>
        <message>
            <source>Made at station {station} by {name}, {time}</source>
            <translation>Établi à la station {station} par {name}, {time}</translation>
        </message>
        <message>
            <source>Make smaller</source>
            <translation>Réduire</translation>
        </message>
        <message>
            <source>Making it smaller …</source>
            <translation>Réduction en cours …</translation>
        </message>
        <message>
            <source>Making keys …</source>
            <translation>Création des clés…</translation>
        </message>
        <message>
            <source>Meanwhile</source>
            <translation>Entre-temps</translation>
        </message>
        <message>
            <source>Measured by</source>
            <translation>Mesuré par</translation>
        </message>
        <message>
            <source>Median</source>
            <translation>Médiane</translation>
        </message>
        <message>
            <source>Median, s</source>
            <translation>Médiane, s</translation>
        </message>
        <message>
            <source>Megabytes of the disk that have to be free</source>
            <translation>Mégaoctets du disque qui doivent rester libres</translation>
        </message>
        <message>
            <source>Megabytes on the disk</source>
            <translation>Mégaoctets sur le disque</translation>
        </message>
        <message>
            <source>MiTrust answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>MiTrust a répondu par quelque chose d’illisible. Réessayez plus tard ou prévenez l’assistance.</translation>
        </message>
        <message>
            <source>MiTrust did not accept what it was asked. Tell your administrator, and go on without it.</source>
            <translation>MiTrust n’a pas accepté la demande. Prévenez votre administrateur et continuez sans lui.</translation>
        </message>
        <message>
            <source>MiTrust does not let this station ask without the person. Your administrator has to ask MiTrust for it.</source>
            <translation>MiTrust ne permet pas à ce poste d’interroger sans la personne. Votre administrateur doit en faire la demande à MiTrust.</translation>
        </message>
        <message>
            <source>MiTrust is being maintained just now. Go on without it, or try again later.</source>
            <translation>MiTrust est en maintenance en ce moment. Continuez sans lui ou réessayez plus tard.</translation>
        </message>
        <message>
            <source>MiTrust was asked too often just now. The station asks again later by itself.</source>
            <translation>MiTrust vient d’être interrogé trop souvent. Le poste réessaiera plus tard de lui-même.</translation>
        </message>
        <message>
            <source>Mine</source>
            <translation>Moi</translation>
        </message>
        <message>
            <source>Minutes before the lock in which it is told</source>
            <translation>Minutes avant le verrouillage pendant lesquelles il est annoncé</translation>
        </message>
        <message>
            <source>Minutes without a touch until the screen locks</source>
            <translation>Minutes sans aucun geste avant que l’écran se verrouille</translation>
        </message>
        <message>
            <source>More light on the left side of the face.</source>
            <translation>Plus de lumière sur le côté gauche du visage.</translation>
        </message>
        <message>
            <source>More light on the right side of the face.</source>
            <translation>Plus de lumière sur le côté droit du visage.</translation>
        </message>
        <message>
            <source>More than one face is in the picture. Only the person may be in view.</source>
            <translation>Plusieurs visages sont visibles. Seule la personne doit être dans le champ.</translation>
        </message>
        <message>
            <source>Move a little to the left.</source>
            <translation>Déplacez-vous un peu vers la gauche.</translation>
        </message>
        <message>
            <source>Move a little to the right.</source>
            <translation>Déplacez-vous un peu vers la droite.</translation>
        </message>
        <message>
            <source>Move back a little.</source>
            <translation>Reculez un peu.</translation>
        </message>
        <message>
            <source>My figures</source>
            <translation>Mes chiffres</translation>
        </message>
        <message>
            <source>My sign-in</source>
            <translation>Ma connexion</translation>
        </message>
        <message>
            <source>My time for each step</source>
            <translation>Mon temps par étape</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>Nom</translation>
        </message>
        <message>
            <source>Name and password are filled in on a training station. Press Sign in.</source>
            <translation>Sur un poste de formation, le nom et le mot de passe sont déjà remplis. Appuyez sur « Se connecter ».</translation>
        </message>
        <message>
            <source>Name the partner whom the claims are for: each knows the person by a number of its own.</source>
            <translation>Nommez le partenaire à qui ces données sont destinées : chacun connaît la personne sous un numéro qui lui est propre.</translation>
        </message>
        <message>
            <source>Name the public key that signed the pack of networks as well.</source>
            <translation>Indiquez aussi la clé publique qui a signé le lot de réseaux.</translation>
        </message>
        <message>
            <source>Nationality</source>
            <translation>Nationalité</translation>
        </message>
        <message>
            <source>Needed: {level}</source>
            <translation>Exigé : {level}</translation>
        </message>
        <message>
            <source>Neither head nor background moved enough to judge this.</source>
            <translation>Ni la tête ni le fond n’ont assez bougé pour en juger.</translation>
        </message>
        <message>
            <source>Never mind</source>
            <translation>Laisser</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>Nouveau mot de passe</translation>
        </message>
        <message>
            <source>New registration</source>
            <translation>Nouvelle inscription</translation>
        </message>
        <message>
            <source>New version of what the server said counts from now on</source>
            <translation>Une nouvelle version de ce qu’a dit le serveur compte désormais</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>Suivant</translation>
        </message>
        <message>
            <source>Next field</source>
            <translation>Champ suivant</translation>
        </message>
        <message>
            <source>Next figure</source>
            <translation>Chiffre suivant</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>Page suivante</translation>
        </message>
        <message>
            <source>Next person</source>
            <translation>Personne suivante</translation>
        </message>
        <message>
            <source>Next registration</source>
            <translation>Enregistrement suivant</translation>
        </message>
        <message>
            <source>Next renewal</source>
            <translation>Prochain renouvellement</translation>
        </message>
        <message>
            <source>Next: {names}</source>
            <translation>Ensuite : {names}</translation>
        </message>
        <message>
            <source>No bioAttributes are named, neither here nor in the ID schema.</source>
            <translation>Aucun bioAttributes n’est nommé, ni ici ni dans le schéma d’identité.</translation>
        </message>
        <message>
            <source>No browser could be opened on this computer.</source>
            <translation>Aucun navigateur n’a pu être ouvert sur cet ordinateur.</translation>
        </message>
        <message>
            <source>No camera answers at {host}. Check that it is switched on and its network cable plugged in, then try again.</source>
            <translation>Aucune caméra ne répond à l’adresse {host}. Vérifiez qu’elle est allumée et que son câble réseau est branché, puis réessayez.</translation>
        </message>
        <message>
            <source>No decision about another station's registration waits to be handed back.</source>
            <translation>Aucune décision sur l’enregistrement d’une autre station n’attend d’être rendue.</translation>
        </message>
        <message>
            <source>No device and no officer stands out from the others.</source>
            <translation>Aucun appareil ni aucun agent ne se distingue des autres.</translation>
        </message>
        <message>
            <source>No device called {name} is connected. Plug it in, or look in the list of devices what it is called.</source>
            <translation>Aucun appareil appelé {name} n’est connecté. Branchez-le, ou cherchez son nom dans la liste des appareils.</translation>
        </message>
        <message>
            <source>No document was added.</source>
            <translation>Aucun document n’a été joint.</translation>
        </message>
        <message>
            <source>No earlier version is kept here, so there is none to go back to.</source>
            <translation>Aucune version antérieure n’est conservée ici ; il n’y en a donc pas à laquelle revenir.</translation>
        </message>
        <message>
            <source>No eye is seen. Look into the device and open the eyes wide.</source>
            <translation>Aucun œil n’est visible. Faites regarder l’appareil, les yeux grands ouverts.</translation>
        </message>
        <message>
            <source>No face is in the picture. Ask the person to sit in front of the camera.</source>
            <translation>Aucun visage n’est visible. Demandez à la personne de s’asseoir devant la caméra.</translation>
        </message>
        <message>
            <source>No field is of the group {group}, which is always selected.</source>
            <translation>Aucun champ n’appartient au groupe {group}, qui est toujours sélectionné.</translation>
        </message>
        <message>
            <source>No finger and no eye is marked as an exception; there is nothing to show.</source>
            <translation>Aucun doigt et aucun œil n’est marqué comme exception ; il n’y a rien à montrer.</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place it flat in the middle.</source>
            <translation>Aucun doigt n’est posé sur la vitre. Posez-le à plat, au milieu.</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place the fingers flat, side by side.</source>
            <translation>Aucun doigt n’est posé sur la vitre. Posez les doigts à plat, côte à côte.</translation>
        </message>
        <message>
            <source>No list on this drive is signed with the key of this fingerprint.</source>
            <translation>Aucune liste de ce support n’est signée avec la clé de cette empreinte.</translation>
        </message>
        <message>
            <source>No machine-readable lines were found on this page.</source>
            <translation>Aucune ligne lisible par machine n’a été trouvée sur cette page.</translation>
        </message>
        <message>
            <source>No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and send what waits, or ask your administrator.</source>
            <translation>Aucun nouvel enregistrement ne peut commencer : une limite de ce poste est atteinte ({limit}). Connectez-vous au serveur et envoyez ce qui attend, ou demandez à votre administrateur.</translation>
        </message>
        <message>
            <source>No other station reviews for this one. A supervisor accepts one by its key first.</source>
            <translation>Aucune autre station n’examine pour celle-ci. Un superviseur doit d’abord en accepter une par sa clé.</translation>
        </message>
        <message>
            <source>No packet waits to be sent, so there is nothing to hand over.</source>
            <translation>Aucun paquet n’attend d’être envoyé : il n’y a rien à remettre.</translation>
        </message>
        <message>
            <source>No packet was accepted. See the outbox for the reason.</source>
            <translation>Aucun paquet n’a été accepté. Consultez la boîte d’envoi pour en connaître la raison.</translation>
        </message>
        <message>
            <source>No page yet</source>
            <translation>Aucune page</translation>
        </message>
        <message>
            <source>No paper lies in the feeder, so no page was tried. Lay one in and test again.</source>
            <translation>Il n’y a pas de papier dans le chargeur : aucune page n’a été essayée. Placez-en une et refaites le test.</translation>
        </message>
        <message>
            <source>No paper lies in the scanner's feeder. Lay the pages in and scan again.</source>
            <translation>Il n’y a pas de papier dans le chargeur du scanner. Placez-y les pages et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at another socket.</source>
            <translation>Aucune image en {seconds} s. Fermez les autres programmes qui utilisent l’appareil ({kind}), débranchez-le et branchez-le à une autre prise.</translation>
        </message>
        <message>
            <source>No piece of evidence of this registration has such a file.</source>
            <translation>Aucune preuve de cet enregistrement n’a un tel fichier.</translation>
        </message>
        <message>
            <source>No place of this name. Choose from the lists below.</source>
            <translation>Aucun lieu de ce nom. Choisissez dans les listes ci-dessous.</translation>
        </message>
        <message>
            <source>No proof of identity brought such a document.</source>
            <translation>Aucune preuve d’identité n’a apporté un tel document.</translation>
        </message>
        <message>
            <source>No proofing use case is meant for this.</source>
            <translation>Aucun cas d’usage de vérification n’est prévu pour cela.</translation>
        </message>
        <message>
            <source>No readable ridges</source>
            <translation>Empreinte illisible</translation>
        </message>
        <message>
            <source>No ridges are visible. Clean the glass and the finger and try again.</source>
            <translation>Aucune crête papillaire n’est visible. Nettoyez la vitre et le doigt, puis réessayez.</translation>
        </message>
        <message>
            <source>No secure connection to the server can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>Aucune connexion sûre au serveur n’est possible, rien n’a donc été envoyé. Vérifiez l’horloge de cet ordinateur, puis prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>No secure connection to the service that proves identities can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>Aucune connexion sécurisée au service qui prouve les identités n’est possible ; rien n’a donc été envoyé. Vérifiez l’horloge de cet ordinateur, puis prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>No sign of anything unusual.</source>
            <translation>Aucun signe inhabituel.</translation>
        </message>
        <message>
            <source>No station of this number is known here.</source>
            <translation>Aucun poste de ce numéro n’est connu ici.</translation>
        </message>
        <message>
            <source>No station of this number is registered here, so no set-up file can be made for it.</source>
            <translation>Aucun poste de ce numéro n’est enregistré ici : aucun fichier d’installation ne peut être préparé pour lui.</translation>
        </message>
        <message>
            <source>No such app was found on this computer.</source>
            <translation>Aucune application de ce type n’a été trouvée sur cet ordinateur.</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in and try again.</source>
            <translation>Appareil non branché : {kind}. Branchez l’appareil et réessayez.</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in; it goes on by itself.</source>
            <translation>Appareil non branché : {kind}. Branchez-le ; la suite vient d’elle-même.</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>N°</translation>
        </message>
        <message>
            <source>Nobody has proven this number at this station yet. Check it, ask somebody else, or take another way.</source>
            <translation>Personne n’a encore prouvé ce numéro à ce poste. Vérifiez-le, demandez à quelqu’un d’autre ou choisissez une autre voie.</translation>
        </message>
        <message>
            <source>Nobody has proven who this person is at this station: there is no evidence to tell of.</source>
            <translation>Personne n’a prouvé sur ce poste l’identité de cette personne : il n’y a aucune preuve à transmettre.</translation>
        </message>
        <message>
            <source>Nobody here waits for what the browser brought back.</source>
            <translation>Personne ici n’attend ce que le navigateur a rapporté.</translation>
        </message>
        <message>
            <source>Nobody of that name works at this station.</source>
            <translation>Personne de ce nom ne travaille à ce poste.</translation>
        </message>
        <message>
            <source>Nobody this station believes in vouches for the {kind}. Synchronize with the server, or use another device.</source>
            <translation>Personne en qui ce poste a confiance ne répond de l’appareil ({kind}). Synchronisez avec le serveur ou utilisez un autre appareil.</translation>
        </message>
        <message>
            <source>Nobody waits for an answer at this address any more.</source>
            <translation>Plus personne n’attend de réponse à cette adresse.</translation>
        </message>
        <message>
            <source>Nobody with these details proved who they are at this station before.</source>
            <translation>Personne avec ces données n’a encore prouvé son identité à ce poste.</translation>
        </message>
        <message>
            <source>None of the ways to do this step is available.</source>
            <translation>Aucune des façons de faire cette étape n’est disponible.</translation>
        </message>
        <message>
            <source>None of your decisions waits to be signed off.</source>
            <translation>Aucune de vos décisions n’attend d’être signée.</translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation>pas encore prêt à l’emploi</translation>
        </message>
        <message>
            <source>Not every token could be renewed.</source>
            <translation>Tous les jetons n’ont pas pu être renouvelés.</translation>
        </message>
        <message>
            <source>Not everything that was captured is asked for at this age. What is not asked for stays here and is not sent.</source>
            <translation>À cet âge, tout ce qui a été capturé n’est pas demandé. Ce qui n’est pas demandé reste ici et n’est pas envoyé.</translation>
        </message>
        <message>
            <source>Not renewed after</source>
            <translation>Plus renouvelé après</translation>
        </message>
        <message>
            <source>Not sure enough to be filled in: {fields}.</source>
            <translation>Pas assez sûr pour être rempli : {fields}.</translation>
        </message>
        <message>
            <source>Not there just now: {names}</source>
            <translation>Ne répondent pas en ce moment : {names}</translation>
        </message>
        <message>
            <source>Not told: {settings}.</source>
            <translation>Non déterminé : {settings}.</translation>
        </message>
        <message>
            <source>Nothing can be seen on this page. Look whether it lies the right way round.</source>
            <translation>On ne voit rien sur cette page. Vérifiez qu’elle est posée du bon côté.</translation>
        </message>
        <message>
            <source>Nothing can be written down yet: the proof of identity is not complete.</source>
            <translation>Rien ne peut encore être consigné : la vérification d’identité n’est pas terminée.</translation>
        </message>
        <message>
            <source>Nothing found.</source>
            <translation>Rien n’a été trouvé.</translation>
        </message>
        <message>
            <source>Nothing found. What is sealed has a number and no name any more: look by the number.</source>
            <translation>Rien n’a été trouvé. Ce qui est scellé n’a plus de nom, seulement un numéro : cherchez par le numéro.</translation>
        </message>
        <message>
            <source>Nothing happened for {time}</source>
            <translation>Rien pendant {time}</translation>
        </message>
        <message>
            <source>Nothing has to be proven for this person.</source>
            <translation>Rien n’est à vérifier pour cette personne.</translation>
        </message>
        <message>
            <source>Nothing in the packet confirms the officer: no password and no capture.</source>
            <translation>Rien dans le paquet ne confirme l’agent : ni mot de passe ni capture.</translation>
        </message>
        <message>
            <source>Nothing is captured by the name {attribute}.</source>
            <translation>Rien n’est capturé sous le nom {attribute}.</translation>
        </message>
        <message>
            <source>Nothing is changed yet. Fill in what is to be changed, or attach a document.</source>
            <translation>Rien n’est encore modifié. Remplissez ce qui doit changer, ou joignez un document.</translation>
        </message>
        <message>
            <source>Nothing is lost if this does not succeed.</source>
            <translation>Rien n’est perdu si ceci n’aboutit pas.</translation>
        </message>
        <message>
            <source>Nothing is plugged in.</source>
            <translation>Rien n’est branché.</translation>
        </message>
        <message>
            <source>Nothing is sent before a supervisor approved it</source>
            <translation>Rien n’est envoyé avant l’accord d’un superviseur</translation>
        </message>
        <message>
            <source>Nothing is shown for the control {control}; known are {known}.</source>
            <translation>Rien ne s’affiche pour le contrôle {control} ; sont connus {known}.</translation>
        </message>
        <message>
            <source>Nothing of that name can be measured. There are: {areas}.</source>
            <translation>Rien de ce nom ne peut être mesuré. Il y a : {areas}.</translation>
        </message>
        <message>
            <source>Nothing older of this kind is kept to compare it with.</source>
            <translation>Rien de plus ancien de ce genre n’est conservé pour comparer.</translation>
        </message>
        <message>
            <source>Nothing on it could be read by the station: look whether kind and number are right.</source>
            <translation>Le poste n’a rien pu y lire : vérifiez que le type et le numéro sont justes.</translation>
        </message>
        <message>
            <source>Nothing on this chip can show that it is not a copy. Compare the document itself.</source>
            <translation>Rien sur cette puce ne peut montrer qu’elle n’est pas une copie. Examinez le document lui-même.</translation>
        </message>
        <message>
            <source>Nothing that others could check shows yet who this person is.</source>
            <translation>Rien que d’autres pourraient vérifier ne montre encore qui est cette personne.</translation>
        </message>
        <message>
            <source>Nothing waits for a review here.</source>
            <translation>Rien n’attend d’être examiné ici.</translation>
        </message>
        <message>
            <source>Nothing waits for a review.</source>
            <translation>Rien n’attend d’être examiné.</translation>
        </message>
        <message>
            <source>Nothing was changed here: every setting is as it was shipped.</source>
            <translation>Rien n’a été modifié ici : chaque réglage est celui d’origine.</translation>
        </message>
        <message>
            <source>Nothing was filled in.</source>
            <translation>Rien n’a été rempli.</translation>
        </message>
        <message>
            <source>Nothing was said.</source>
            <translation>Rien n’a été dit.</translation>
        </message>
        <message>
            <source>Nothing was sealed in the last {days} days, so that nothing can be compared.</source>
            <translation>Rien n’a été scellé ces {days} derniers jours : il n’y a rien à comparer.</translation>
        </message>
        <message>
            <source>Nothing was written as a signature. Ask the person to sign again.</source>
            <translation>Rien n’a été écrit comme signature. Demandez à la personne de signer de nouveau.</translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation>Aucun élément.</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>Maintenant</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>Nombre</translation>
        </message>
        <message>
            <source>Number of the document</source>
            <translation>Numéro du document</translation>
        </message>
        <message>
            <source>Number of the pre-registration</source>
            <translation>Numéro de la préinscription</translation>
        </message>
        <message>
            <source>Number of the request</source>
            <translation>Numéro de la demande</translation>
        </message>
        <message>
            <source>Number on it, if any</source>
            <translation>Son numéro, s’il en a un</translation>
        </message>
        <message>
            <source>Officer</source>
            <translation>Agent</translation>
        </message>
        <message>
            <source>Officer and supervisor must be two people: choose two user names.</source>
            <translation>L’agent et le superviseur doivent être deux personnes : choisissez deux noms d’utilisateur.</translation>
        </message>
        <message>
            <source>On paper this bright glare cannot be told from the paper.</source>
            <translation>Sur un papier aussi clair, un reflet ne se distingue pas du papier.</translation>
        </message>
        <message>
            <source>On their own screen.</source>
            <translation>Sur son propre écran.</translation>
        </message>
        <message>
            <source>On this screen, turned to them.</source>
            <translation>Sur cet écran, tourné vers elle.</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>Encore une fois</translation>
        </message>
        <message>
            <source>Once more (Space)</source>
            <translation>Encore une fois (Espace)</translation>
        </message>
        <message>
            <source>Once more: {fingers}.</source>
            <translation>Encore une fois : {fingers}.</translation>
        </message>
        <message>
            <source>One after the other</source>
            <translation>L’une après l’autre</translation>
        </message>
        <message>
            <source>One capture of whoever brings the child is enough. Choose which one.</source>
            <translation>Une seule capture de la personne qui accompagne l’enfant suffit. Choisissez laquelle.</translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation>Un doigt ou un œil n’a pas été détecté. Placez-les tous et réessayez.</translation>
        </message>
        <message>
            <source>One of the two is needed: {field} or {other}.</source>
            <translation>L’un des deux est nécessaire : {field} ou {other}.</translation>
        </message>
        <message>
            <source>One of these, as the person likes</source>
            <translation>Une de celles-ci, au choix de la personne</translation>
        </message>
        <message>
            <source>One packet was accepted by the server.</source>
            <translation>Un paquet a été accepté par le serveur.</translation>
        </message>
        <message>
            <source>One picture was judged by itself: whether anything in it moves cannot be told.</source>
            <translation>Une seule image a été jugée : on ne peut dire si quelque chose y bouge.</translation>
        </message>
        <message>
            <source>One reliable source shows who this person is.</source>
            <translation>Une source fiable montre qui est cette personne.</translation>
        </message>
        <message>
            <source>One-time code</source>
            <translation>Code à usage unique</translation>
        </message>
        <message>
            <source>Only GovStack's words can be sent to a server. Leave --put out, to print them.</source>
            <translation>Seule la forme GovStack peut être envoyée à un serveur. Omettez --put pour l’afficher.</translation>
        </message>
        <message>
            <source>Only a correction answers a request.</source>
            <translation>Seule une correction répond à une demande.</translation>
        </message>
        <message>
            <source>Only a part of the finger is seen. Lay the whole fingertip flat on the glass.</source>
            <translation>On ne voit qu’une partie du doigt. Posez tout le bout du doigt à plat sur la vitre.</translation>
        </message>
        <message>
            <source>Only a part of the page arrived from the scanner. Scan it again.</source>
            <translation>Seule une partie de la page est arrivée du scanner. Numérisez-la de nouveau.</translation>
        </message>
        <message>
            <source>Only a supervisor may do this. Sign in as one.</source>
            <translation>Seul un superviseur peut faire cela. Connectez-vous en tant que superviseur.</translation>
        </message>
        <message>
            <source>Only an administrator may do this. Sign in as one.</source>
            <translation>Seul un administrateur peut le faire. Connectez-vous comme tel.</translation>
        </message>
        <message>
            <source>Only grey pictures of 64 to 8192 pixels on each side can be compressed as WSQ.</source>
            <translation>Seules les images en gris de 64 à 8192 pixels de côté peuvent être compressées en WSQ.</translation>
        </message>
        <message>
            <source>Only somebody who registers people may do this. Sign in as an officer.</source>
            <translation>Seule une personne qui inscrit le public peut le faire. Connectez-vous en tant qu’agent.</translation>
        </message>
        <message>
            <source>Only the age is known</source>
            <translation>Seul l’âge est connu</translation>
        </message>
        <message>
            <source>Only the first {count} differences are shown.</source>
            <translation>Seules les {count} premières différences sont montrées.</translation>
        </message>
        <message>
            <source>Only the value true says that the person agrees: {consents}.</source>
            <translation>Seule la valeur true dit que la personne accepte : {consents}.</translation>
        </message>
        <message>
            <source>Only try it out (invented people)</source>
            <translation>Simple essai (personnes fictives)</translation>
        </message>
        <message>
            <source>Only {rate} pictures a second come. Turn on more light, and plug the {kind} into a socket of the computer itself.</source>
            <translation>Seulement {rate} images par seconde. Ajoutez de la lumière et branchez l’appareil ({kind}) directement à l’ordinateur.</translation>
        </message>
        <message>
            <source>Open a file …</source>
            <translation>Ouvrir un fichier …</translation>
        </message>
        <message>
            <source>Open in the browser</source>
            <translation>Ouvrir dans le navigateur</translation>
        </message>
        <message>
            <source>Open on this computer only</source>
            <translation>N’ouvrir que sur cet ordinateur</translation>
        </message>
        <message>
            <source>Open the eyes.</source>
            <translation>Ouvrez les yeux.</translation>
        </message>
        <message>
            <source>Operator added</source>
            <translation>Opérateur ajouté</translation>
        </message>
        <message>
            <source>Operator blocked</source>
            <translation>Opérateur bloqué</translation>
        </message>
        <message>
            <source>Operator changed the own password</source>
            <translation>L’opérateur a changé son mot de passe</translation>
        </message>
        <message>
            <source>Operator got a new password from an administrator</source>
            <translation>Nouveau mot de passe donné à un opérateur par un administrateur</translation>
        </message>
        <message>
            <source>Operator no longer blocked</source>
            <translation>Opérateur débloqué</translation>
        </message>
        <message>
            <source>Operator removed</source>
            <translation>Opérateur supprimé</translation>
        </message>
        <message>
            <source>Operator signed in</source>
            <translation>Opérateur connecté</translation>
        </message>
        <message>
            <source>Operator signed in at the server</source>
            <translation>Opérateur connecté au serveur</translation>
        </message>
        <message>
            <source>Operator signed out</source>
            <translation>Opérateur déconnecté</translation>
        </message>
        <message>
            <source>Operator's finger taken instead of a password</source>
            <translation>Doigt de l’opérateur pris au lieu d’un mot de passe</translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation>Boîte d’envoi</translation>
        </message>
        <message>
            <source>Packet</source>
            <translation>Paquet</translation>
        </message>
        <message>
            <source>Packet accepted by the server</source>
            <translation>Paquet accepté par le serveur</translation>
        </message>
        <message>
            <source>Packet announced to the server</source>
            <translation>Paquet annoncé au serveur</translation>
        </message>
        <message>
            <source>Packet of another station accepted by the server</source>
            <translation>Paquet d’une autre station accepté par le serveur</translation>
        </message>
        <message>
            <source>Packet of another station taken from a drive</source>
            <translation>Paquet d’une autre station repris d’un support</translation>
        </message>
        <message>
            <source>Packet refused for good; waits for a person</source>
            <translation>Paquet refusé définitivement ; attend quelqu’un</translation>
        </message>
        <message>
            <source>Packet sealed</source>
            <translation>Paquet scellé</translation>
        </message>
        <message>
            <source>Packet to be sent again at a person's wish</source>
            <translation>Paquet à renvoyer sur demande</translation>
        </message>
        <message>
            <source>Packets</source>
            <translation>Paquets</translation>
        </message>
        <message>
            <source>Packets not sent</source>
            <translation>Paquets non envoyés</translation>
        </message>
        <message>
            <source>Packets now</source>
            <translation>Paquets à présent</translation>
        </message>
        <message>
            <source>Packets on a drive refused</source>
            <translation>Paquets d’un support refusés</translation>
        </message>
        <message>
            <source>Packets that may wait for review</source>
            <translation>Paquets qui peuvent attendre leur vérification</translation>
        </message>
        <message>
            <source>Packets that may wait to be sent</source>
            <translation>Paquets qui peuvent attendre leur envoi</translation>
        </message>
        <message>
            <source>Packets waiting for review</source>
            <translation>Paquets en attente de vérification</translation>
        </message>
        <message>
            <source>Page before</source>
            <translation>Page précédente</translation>
        </message>
        <message>
            <source>Page {number} of {count}</source>
            <translation>Page {number} sur {count}</translation>
        </message>
        <message>
            <source>Pages that were taken: {pages}. {problem}</source>
            <translation>Pages numérisées : {pages}. {problem}</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>Papier</translation>
        </message>
        <message>
            <source>Paper is stuck in the scanner. Take it out, lay the page in again and scan again.</source>
            <translation>Du papier est coincé dans le scanner. Retirez-le, remettez la page en place et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>Parent or guardian</source>
            <translation>Parent ou tuteur</translation>
        </message>
        <message>
            <source>Parent or guardian: {name}</source>
            <translation>Parent ou tuteur : {name}</translation>
        </message>
        <message>
            <source>Passport</source>
            <translation>Passeport</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>Mot de passe</translation>
        </message>
        <message>
            <source>Password of the supervisor</source>
            <translation>Mot de passe du superviseur</translation>
        </message>
        <message>
            <source>Password of {officer}</source>
            <translation>Mot de passe ({officer})</translation>
        </message>
        <message>
            <source>Passwords alone open this station. Whoever has a copy of its disk can try passwords on it.</source>
            <translation>Ce poste s’ouvre avec un mot de passe seul. Qui possède une copie de son disque peut y essayer des mots de passe.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Suspendre</translation>
        </message>
        <message>
            <source>Paused. Everything taken so far is kept; go on whenever the person is ready.</source>
            <translation>En pause. Tout ce qui a été pris est gardé ; continuez quand la personne est prête.</translation>
        </message>
        <message>
            <source>People</source>
            <translation>Personnes</translation>
        </message>
        <message>
            <source>People are asked aloud during captures, by {voice}.</source>
            <translation>Pendant les prises, les consignes sont dites à voix haute, par {voice}.</translation>
        </message>
        <message>
            <source>People of this station</source>
            <translation>Personnes de ce poste</translation>
        </message>
        <message>
            <source>Person answered to what they were shown</source>
            <translation>La personne a répondu à ce qui lui était montré</translation>
        </message>
        <message>
            <source>Person did not agree; the registration ended</source>
            <translation>La personne n’a pas consenti ; enregistrement terminé</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>Numéro de téléphone</translation>
        </message>
        <message>
            <source>Photo of the exception</source>
            <translation>Photo de l’exception</translation>
        </message>
        <message>
            <source>Photo of the exception taken</source>
            <translation>Photo de l’exception prise</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>Image</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>Images</translation>
        </message>
        <message>
            <source>Pieces of evidence</source>
            <translation>Éléments de preuve</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>Lieux trouvés</translation>
        </message>
        <message>
            <source>Plaintext content destroyed</source>
            <translation>Contenu en clair détruit</translation>
        </message>
        <message>
            <source>Playing asks nobody and stores nothing.</source>
            <translation>L’essai n’interroge personne et n’enregistre rien.</translation>
        </message>
        <message>
            <source>Please hold still.</source>
            <translation>Ne bougez plus, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay both thumbs side by side on the glass.</source>
            <translation>Posez les deux pouces côte à côte sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay four fingers of your left hand flat on the glass.</source>
            <translation>Posez quatre doigts de la main gauche à plat sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay four fingers of your right hand flat on the glass.</source>
            <translation>Posez quatre doigts de la main droite à plat sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay the fingers of your left hand flat on the glass.</source>
            <translation>Posez les doigts de la main gauche à plat sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay the fingers of your right hand flat on the glass.</source>
            <translation>Posez les doigts de la main droite à plat sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lay your thumb on the glass.</source>
            <translation>Posez le pouce sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please lift your hand and lay it on the glass once more.</source>
            <translation>Levez la main et posez-la encore une fois sur la vitre, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please look into the device and keep both eyes wide open.</source>
            <translation>Regardez dans l’appareil et gardez les deux yeux grands ouverts, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please look into the device and keep the eye wide open.</source>
            <translation>Regardez dans l’appareil et gardez l’œil grand ouvert, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please look straight into the camera.</source>
            <translation>Regardez droit dans la caméra, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please stay in front of the camera for one more picture.</source>
            <translation>Restez devant la caméra pour une dernière photo, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Please use the other hand or eye.</source>
            <translation>Présentez l’autre main ou l’autre œil, s’il vous plaît.</translation>
        </message>
        <message>
            <source>Plugged in</source>
            <translation>Branchés</translation>
        </message>
        <message>
            <source>Point at what cannot be captured</source>
            <translation>Montrez ce qui ne peut pas être pris</translation>
        </message>
        <message>
            <source>Points by which a living face may be close</source>
            <translation>Points d’écart sous lesquels un visage vivant est juste</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>Réglages</translation>
        </message>
        <message>
            <source>Poor captures were kept</source>
            <translation>De mauvaises captures ont été gardées</translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation>Le port {port} est utilisé par un autre programme. Choisissez-en un autre.</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>Portrait</translation>
        </message>
        <message>
            <source>Portrait of a document compared with the face</source>
            <translation>Portrait d’un document comparé au visage</translation>
        </message>
        <message>
            <source>Pre-registration</source>
            <translation>Préinscription</translation>
        </message>
        <message>
            <source>Pre-registration fetched and kept</source>
            <translation>Préinscription récupérée et gardée</translation>
        </message>
        <message>
            <source>Pre-registration taken into a registration</source>
            <translation>Préinscription reprise dans un enregistrement</translation>
        </message>
        <message>
            <source>Pre-registrations destroyed, their time being over</source>
            <translation>Préinscriptions détruites, leur délai étant passé</translation>
        </message>
        <message>
            <source>Prefill</source>
            <translation>Préremplissage</translation>
        </message>
        <message>
            <source>Press Scan: what the page says is filled into the form. Then go on.</source>
            <translation>Appuyez sur Numériser : ce que dit la page est repris dans le formulaire. Puis continuez.</translation>
        </message>
        <message>
            <source>Press Start once. Everything is taken by itself; it stops where you have to decide.</source>
            <translation>Appuyez une fois sur Commencer. Tout est saisi tout seul ; cela s’arrête là où vous devez décider.</translation>
        </message>
        <message>
            <source>Press Start: everything is then taken by itself, one after the other.</source>
            <translation>Appuyez sur Commencer : tout se prend ensuite tout seul, l’un après l’autre.</translation>
        </message>
        <message>
            <source>Press again to remove {name} for good, with finger and face.</source>
            <translation>Appuyez à nouveau pour retirer définitivement {name}, avec doigt et visage.</translation>
        </message>
        <message>
            <source>Press the button that has the frame, or tick the box</source>
            <translation>Appuyer sur le bouton encadré, ou cocher la case</translation>
        </message>
        <message>
            <source>Press the coloured button</source>
            <translation>Appuyer sur le bouton coloré</translation>
        </message>
        <message>
            <source>Press the large button: somebody new sits down before you.</source>
            <translation>Appuyez sur le grand bouton : une nouvelle personne s’assied devant vous.</translation>
        </message>
        <message>
            <source>Press the way the person chooses, and do what stands in the middle.</source>
            <translation>Appuyez sur le moyen que la personne choisit, et faites ce qui est indiqué au milieu.</translation>
        </message>
        <message>
            <source>Previous registration</source>
            <translation>Enregistrement précédent</translation>
        </message>
        <message>
            <source>Print the slip</source>
            <translation>Imprimer le reçu</translation>
        </message>
        <message>
            <source>Print the slip and hand it to the person.</source>
            <translation>Imprimez le reçu et remettez-le à la personne.</translation>
        </message>
        <message>
            <source>Print the slip if you like, then press Next person. Sending goes on by itself.</source>
            <translation>Imprimez le reçu si vous le souhaitez, puis appuyez sur « Personne suivante ». L’envoi se fait tout seul.</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>Imprimante</translation>
        </message>
        <message>
            <source>Printing …</source>
            <translation>Impression en cours…</translation>
        </message>
        <message>
            <source>Proof of address</source>
            <translation>Justificatif de domicile</translation>
        </message>
        <message>
            <source>Proof of an identity put together</source>
            <translation>Preuve d’une identité constituée</translation>
        </message>
        <message>
            <source>Proof of an identity written; what it rests on destroyed here</source>
            <translation>Preuve d’une identité écrite ; ce sur quoi elle repose est détruit ici</translation>
        </message>
        <message>
            <source>Proof of identity</source>
            <translation>Preuve d’identité</translation>
        </message>
        <message>
            <source>Proof of identity cancelled</source>
            <translation>Preuve d’identité annulée</translation>
        </message>
        <message>
            <source>Proof of identity started</source>
            <translation>Preuve d’identité commencée</translation>
        </message>
        <message>
            <source>Proof of identity went on</source>
            <translation>Preuve d’identité poursuivie</translation>
        </message>
        <message>
            <source>Proof of identity: what this station asks for</source>
            <translation>Preuve d’identité : ce que ce poste demande</translation>
        </message>
        <message>
            <source>Proof signed by the service</source>
            <translation>Preuve signée par le service</translation>
        </message>
        <message>
            <source>Proofing configuration</source>
            <translation>Configuration de la preuve d’identité</translation>
        </message>
        <message>
            <source>Proofing configuration set</source>
            <translation>Configuration des preuves définie</translation>
        </message>
        <message>
            <source>Put away for now</source>
            <translation>Mettre de côté</translation>
        </message>
        <message>
            <source>Put away, to be finished</source>
            <translation>Mises de côté, à terminer</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>Qualité</translation>
        </message>
        <message>
            <source>Quality by device</source>
            <translation>Qualité par appareil</translation>
        </message>
        <message>
            <source>Quality by officer</source>
            <translation>Qualité par agent</translation>
        </message>
        <message>
            <source>Quality of what I capture</source>
            <translation>Qualité de mes captures</translation>
        </message>
        <message>
            <source>Read a document</source>
            <translation>Lire un document</translation>
        </message>
        <message>
            <source>Read the chip</source>
            <translation>Lire la puce</translation>
        </message>
        <message>
            <source>Read the text to the person, or show it to them with F8. They agree: press the button.</source>
            <translation>Lisez le texte à la personne, ou montrez-le-lui avec F8. Elle est d’accord : appuyez sur le bouton.</translation>
        </message>
        <message>
            <source>Read this to the person first, and ask whether they agree.</source>
            <translation>Lisez d’abord ceci à la personne et demandez-lui si elle est d’accord.</translation>
        </message>
        <message>
            <source>Read this to the person in a language they understand, then ask.</source>
            <translation>Lisez ce texte à la personne dans une langue qu’elle comprend, puis demandez son accord.</translation>
        </message>
        <message>
            <source>Read this with your app, then type the code it shows.</source>
            <translation>Lisez ceci avec votre application, puis saisissez le code affiché.</translation>
        </message>
        <message>
            <source>Reading what it says …</source>
            <translation>Lecture de ce qui y est écrit…</translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation>Lecture en cours…</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Motif</translation>
        </message>
        <message>
            <source>Reason given for samples below the threshold</source>
            <translation>Motif donné pour des échantillons sous le seuil</translation>
        </message>
        <message>
            <source>Record of a register</source>
            <translation>Données d’un registre</translation>
        </message>
        <message>
            <source>Records of the trail, the newest first</source>
            <translation>Entrées du journal, les plus récentes d’abord</translation>
        </message>
        <message>
            <source>Recurring job ran</source>
            <translation>Tâche périodique exécutée</translation>
        </message>
        <message>
            <source>Registered at station</source>
            <translation>Enregistré à la station</translation>
        </message>
        <message>
            <source>Registration</source>
            <translation>Inscription</translation>
        </message>
        <message>
            <source>Registration confirmed by a supervisor</source>
            <translation>Enregistrement confirmé par un superviseur</translation>
        </message>
        <message>
            <source>Registration discarded</source>
            <translation>Enregistrement abandonné</translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation>Inscription terminée</translation>
        </message>
        <message>
            <source>Registration handed out to be reviewed elsewhere</source>
            <translation>Enregistrement remis pour examen ailleurs</translation>
        </message>
        <message>
            <source>Registration number</source>
            <translation>Numéro d’inscription</translation>
        </message>
        <message>
            <source>Registration officer</source>
            <translation>Agent d’inscription</translation>
        </message>
        <message>
            <source>Registration resumed</source>
            <translation>Enregistrement repris</translation>
        </message>
        <message>
            <source>Registration signed by the officer</source>
            <translation>Enregistrement signé par l’agent</translation>
        </message>
        <message>
            <source>Registration started</source>
            <translation>Enregistrement commencé</translation>
        </message>
        <message>
            <source>Registration was shown to a supervisor for review</source>
            <translation>Enregistrement montré à un superviseur pour examen</translation>
        </message>
        <message>
            <source>Registration {number}</source>
            <translation>Enregistrement {number}</translation>
        </message>
        <message>
            <source>Registration's proof of identity settled</source>
            <translation>Preuve d’identité d’un enregistrement établie</translation>
        </message>
        <message>
            <source>Registrations</source>
            <translation>Inscriptions</translation>
        </message>
        <message>
            <source>Registrations before an officer's exceptions are a sign</source>
            <translation>Inscriptions avant que les exceptions d’un agent soient un signe</translation>
        </message>
        <message>
            <source>Registrations by day</source>
            <translation>Inscriptions par jour</translation>
        </message>
        <message>
            <source>Registrations by hour</source>
            <translation>Inscriptions par heure</translation>
        </message>
        <message>
            <source>Registrations put into the list for review</source>
            <translation>Enregistrements mis dans la liste d’examen</translation>
        </message>
        <message>
            <source>Registrations to be reviewed, the riskiest first</source>
            <translation>Enregistrements à examiner, les plus risqués d’abord</translation>
        </message>
        <message>
            <source>Registrations until hints go away by themselves</source>
            <translation>Inscriptions avant que les conseils disparaissent d’eux-mêmes</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>Rejeter</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>Retirer</translation>
        </message>
        <message>
            <source>Remove this page</source>
            <translation>Retirer cette page</translation>
        </message>
        <message>
            <source>Renew</source>
            <translation>Renouveler</translation>
        </message>
        <message>
            <source>Results of a proof of identity written</source>
            <translation>Résultats d’une preuve d’identité écrits</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>Examen</translation>
        </message>
        <message>
            <source>Review ({count})</source>
            <translation>Examen ({count})</translation>
        </message>
        <message>
            <source>Right eye</source>
            <translation>Œil droit</translation>
        </message>
        <message>
            <source>Right hand</source>
            <translation>Main droite</translation>
        </message>
        <message>
            <source>Right index finger</source>
            <translation>Index droit</translation>
        </message>
        <message>
            <source>Right little finger</source>
            <translation>Auriculaire droit</translation>
        </message>
        <message>
            <source>Right middle finger</source>
            <translation>Majeur droit</translation>
        </message>
        <message>
            <source>Right ring finger</source>
            <translation>Annulaire droit</translation>
        </message>
        <message>
            <source>Right thumb</source>
            <translation>Pouce droit</translation>
        </message>
        <message>
            <source>Roles of an operator changed</source>
            <translation>Rôles d’un opérateur modifiés</translation>
        </message>
        <message>
            <source>Roll of 58 mm</source>
            <translation>Rouleau de 58 mm</translation>
        </message>
        <message>
            <source>Roll of 80 mm</source>
            <translation>Rouleau de 80 mm</translation>
        </message>
        <message>
            <source>Rule {rule} takes something from {source}, which is no step that finds anything.</source>
            <translation>La règle {rule} prend quelque chose à {source}, qui n’est pas une étape donnant un résultat.</translation>
        </message>
        <message>
            <source>Save a copy</source>
            <translation>Enregistrer une copie</translation>
        </message>
        <message>
            <source>Save a report for support</source>
            <translation>Enregistrer un rapport pour l’assistance</translation>
        </message>
        <message>
            <source>Save as PDF …</source>
            <translation>Enregistrer en PDF…</translation>
        </message>
        <message>
            <source>Save the slip</source>
            <translation>Enregistrer le reçu</translation>
        </message>
        <message>
            <source>Say in a few words why the settings change.</source>
            <translation>Dites en quelques mots pourquoi les réglages changent.</translation>
        </message>
        <message>
            <source>Say why this proof of identity is cancelled.</source>
            <translation>Dites pourquoi cette vérification d’identité est annulée.</translation>
        </message>
        <message>
            <source>Says something else than the form: {fields}. Decide in Details.</source>
            <translation>Dit autre chose que le formulaire : {fields}. Décidez dans « Renseignements ».</translation>
        </message>
        <message>
            <source>Scan</source>
            <translation>Numériser</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>Renumériser</translation>
        </message>
        <message>
            <source>Scanning …</source>
            <translation>Numérisation…</translation>
        </message>
        <message>
            <source>Screen locked</source>
            <translation>Écran verrouillé</translation>
        </message>
        <message>
            <source>Screen unlocked</source>
            <translation>Écran déverrouillé</translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation>Sceller et envoyer</translation>
        </message>
        <message>
            <source>Sealed</source>
            <translation>Scellés</translation>
        </message>
        <message>
            <source>Sealed and sent</source>
            <translation>Scellés et envoyés</translation>
        </message>
        <message>
            <source>Sealed far away</source>
            <translation>Scellé au loin</translation>
        </message>
        <message>
            <source>Sealed packet destroyed, the server being done with it</source>
            <translation>Paquet scellé détruit, le serveur l’ayant traité</translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation>Paquet scellé de {size} ko dans la boîte d’envoi.</translation>
        </message>
        <message>
            <source>Sealed {kilometres} km from where this station stands.</source>
            <translation>Scellé à {kilometres} km de l’emplacement de cette station.</translation>
        </message>
        <message>
            <source>Sealing a signed registration failed</source>
            <translation>Scellement d’un enregistrement signé échoué</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>Chercher</translation>
        </message>
        <message>
            <source>Searched for</source>
            <translation>Recherchés</translation>
        </message>
        <message>
            <source>Searches for duplicates</source>
            <translation>Recherches de doublons</translation>
        </message>
        <message>
            <source>Second language</source>
            <translation>Deuxième langue</translation>
        </message>
        <message>
            <source>Seconds a clock may be set back</source>
            <translation>Secondes dont une horloge peut être retardée</translation>
        </message>
        <message>
            <source>Seconds between this clock and the server's</source>
            <translation>Secondes entre cette horloge et celle du serveur</translation>
        </message>
        <message>
            <source>Seconds of the first wait; the next ones are twice as long each</source>
            <translation>Secondes de la première attente ; chaque suivante dure le double</translation>
        </message>
        <message>
            <source>Seconds of the longest wait</source>
            <translation>Secondes de la plus longue attente</translation>
        </message>
        <message>
            <source>Secret of a proofing method kept</source>
            <translation>Secret d’une méthode de preuve gardé</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>Renvoyer</translation>
        </message>
        <message>
            <source>Send another code</source>
            <translation>Envoyer un autre code</translation>
        </message>
        <message>
            <source>Send back</source>
            <translation>Renvoyer</translation>
        </message>
        <message>
            <source>Send now</source>
            <translation>Envoyer</translation>
        </message>
        <message>
            <source>Sending abroad</source>
            <translation>Envoi à l’étranger</translation>
        </message>
        <message>
            <source>Sending continued</source>
            <translation>Envoi repris</translation>
        </message>
        <message>
            <source>Sending is paused at this station. The packet is kept and goes when sending is continued.</source>
            <translation>L’envoi est suspendu sur ce poste. Le paquet est conservé et partira à la reprise de l’envoi.</translation>
        </message>
        <message>
            <source>Sending is paused. {count} packets wait.</source>
            <translation>L’envoi est suspendu. {count} paquets attendent.</translation>
        </message>
        <message>
            <source>Sending paused</source>
            <translation>Envoi suspendu</translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation>Envoi en cours…</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>Envoyés</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>Serveur</translation>
        </message>
        <message>
            <source>Server asked what became of packets</source>
            <translation>Serveur interrogé sur le sort des paquets</translation>
        </message>
        <message>
            <source>Server certificate stored</source>
            <translation>Certificat du serveur enregistré</translation>
        </message>
        <message>
            <source>Server said the same as before</source>
            <translation>Le serveur a dit la même chose qu’avant</translation>
        </message>
        <message>
            <source>Server said what became of a packet</source>
            <translation>Le serveur a dit le sort d’un paquet</translation>
        </message>
        <message>
            <source>Server wants a packet sent again</source>
            <translation>Le serveur veut qu’un paquet soit renvoyé</translation>
        </message>
        <message>
            <source>Service asked whether it is there</source>
            <translation>Présence d’un service vérifiée</translation>
        </message>
        <message>
            <source>Services that prove who people are. Checking whether they are there tells them of nobody.</source>
            <translation>Services qui prouvent qui sont les gens. Vérifier s’ils répondent ne leur apprend rien sur personne.</translation>
        </message>
        <message>
            <source>Set up an authenticator</source>
            <translation>Configurer un authentificateur</translation>
        </message>
        <message>
            <source>Set up the station</source>
            <translation>Configurer le poste</translation>
        </message>
        <message>
            <source>Set up this station</source>
            <translation>Configurer ce poste</translation>
        </message>
        <message>
            <source>Set up what this station asks for before you go on.</source>
            <translation>Configurez ce que ce poste demande avant de continuer.</translation>
        </message>
        <message>
            <source>Set up. Setting it up again replaces it.</source>
            <translation>Configuré. Le configurer à nouveau le remplace.</translation>
        </message>
        <message>
            <source>Set-up bundle imported</source>
            <translation>Fichier de configuration importé</translation>
        </message>
        <message>
            <source>Setting</source>
            <translation>Réglage</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Réglages</translation>
        </message>
        <message>
            <source>Settings of the station changed</source>
            <translation>Réglages de la station modifiés</translation>
        </message>
        <message>
            <source>Settings to be changed: {count}</source>
            <translation>Réglages à modifier : {count}</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>Sexe</translation>
        </message>
        <message>
            <source>Share of the rest that is looked at (0 to 1)</source>
            <translation>Part du reste qui est examinée (0 à 1)</translation>
        </message>
        <message>
            <source>Shared document</source>
            <translation>Document partagé</translation>
        </message>
        <message>
            <source>Sharing of details</source>
            <translation>Partage des informations</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>Tout afficher</translation>
        </message>
        <message>
            <source>Show to the camera</source>
            <translation>Montrer à la caméra</translation>
        </message>
        <message>
            <source>Show to the person</source>
            <translation>Montrer à la personne</translation>
        </message>
        <message>
            <source>Show to the person ({key})</source>
            <translation>Montrer à la personne ({key})</translation>
        </message>
        <message>
            <source>Show where</source>
            <translation>Montrer où</translation>
        </message>
        <message>
            <source>Shown so far: {level}</source>
            <translation>Montré jusqu’ici : {level}</translation>
        </message>
        <message>
            <source>Sign</source>
            <translation>Signature</translation>
        </message>
        <message>
            <source>Sign and send</source>
            <translation>Signer et envoyer</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>Connexion</translation>
        </message>
        <message>
            <source>Sign off</source>
            <translation>Signer</translation>
        </message>
        <message>
            <source>Sign off ({count})</source>
            <translation>Signer ({count})</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>Déconnexion</translation>
        </message>
        <message>
            <source>Sign the change</source>
            <translation>Signer la modification</translation>
        </message>
        <message>
            <source>Sign-in at a provider</source>
            <translation>Connexion chez un fournisseur</translation>
        </message>
        <message>
            <source>Sign-in at the server failed</source>
            <translation>Connexion au serveur échouée</translation>
        </message>
        <message>
            <source>Signed and kept. It can be sealed once this station has reached the server for the first time; until then it waits on the desk.</source>
            <translation>Signé et conservé. L’inscription sera scellée dès que ce poste aura joint le serveur une première fois ; d’ici là, elle attend à l’accueil.</translation>
        </message>
        <message>
            <source>Signed by the key {fingerprint}</source>
            <translation>Signé par la clé {fingerprint}</translation>
        </message>
        <message>
            <source>Signed report about a registration written</source>
            <translation>Rapport signé sur un enregistrement établi</translation>
        </message>
        <message>
            <source>Signed. It is sealed in the background; the next person may sit down.</source>
            <translation>Signé. Le paquet est scellé en arrière-plan ; la personne suivante peut s’asseoir.</translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation>Signature en cours…</translation>
        </message>
        <message>
            <source>Signs for and against a living face were shown</source>
            <translation>Indices pour et contre un visage vivant montrés</translation>
        </message>
        <message>
            <source>Since when it counts</source>
            <translation>Depuis quand cela compte</translation>
        </message>
        <message>
            <source>Since {since} nobody was wrong with a password.</source>
            <translation>Depuis le {since}, personne ne s’est trompé de mot de passe.</translation>
        </message>
        <message>
            <source>Since {since} nothing was done here that a limit could have stopped.</source>
            <translation>Depuis le {since}, rien n’a été fait ici qu’une limite aurait pu arrêter.</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times. How often more it would have cannot be told: when somebody last touched the computer is not kept.</source>
            <translation>Depuis le {since}, l’écran s’est verrouillé de lui-même {locks} fois. On ne peut dire combien de fois de plus : le dernier contact avec l’ordinateur n’est pas conservé.</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times; {spared} times it would not have.</source>
            <translation>Depuis le {since}, l’écran s’est verrouillé de lui-même {locks} fois ; {spared} fois, il ne l’aurait pas fait.</translation>
        </message>
        <message>
            <source>Since {since} the station would have stood still on {stopped} more days, and no longer on {freed}; {begun} of {all} registrations were begun meanwhile (told from {records} records of the trail).</source>
            <translation>Depuis le {since}, le poste aurait été arrêté {stopped} jours de plus, et ne l’aurait plus été {freed} jours ; {begun} des {all} inscriptions ont été commencées pendant ce temps (d’après {records} enregistrements du journal).</translation>
        </message>
        <message>
            <source>Since {since} there were {wrong} wrong attempts in {rows} series; in {differing} of them the wait would have been another one.</source>
            <translation>Depuis le {since}, il y a eu {wrong} essais erronés en {rows} séries ; pour {differing} d’entre elles, l’attente aurait été différente.</translation>
        </message>
        <message>
            <source>Sit a little higher.</source>
            <translation>Asseyez-vous un peu plus haut.</translation>
        </message>
        <message>
            <source>Sit a little lower.</source>
            <translation>Asseyez-vous un peu plus bas.</translation>
        </message>
        <message>
            <source>Six digits</source>
            <translation>Six chiffres</translation>
        </message>
        <message>
            <source>Size: about {now} MB of {limit} MB that can be sent.</source>
            <translation>Taille : environ {now} Mo sur {limit} Mo pouvant être envoyés.</translation>
        </message>
        <message>
            <source>Size: {now} MB so far, about {expected} MB with all that is to come, of {limit} MB that can be sent.</source>
            <translation>Taille : {now} Mo jusqu’ici, environ {expected} Mo avec tout ce qui reste à prendre, sur {limit} Mo pouvant être envoyés.</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>Reçu</translation>
        </message>
        <message>
            <source>Slip printed or written</source>
            <translation>Récépissé imprimé ou écrit</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>Plus petit</translation>
        </message>
        <message>
            <source>Some documents cannot be read here: scan them.</source>
            <translation>Certains documents sont illisibles ici : numérisez-les.</translation>
        </message>
        <message>
            <source>Some of those who confirm it are in another country.</source>
            <translation>Certains de ceux qui le confirment se trouvent dans un autre pays.</translation>
        </message>
        <message>
            <source>Somebody else signs in</source>
            <translation>Quelqu’un d’autre se connecte</translation>
        </message>
        <message>
            <source>Somebody else went on with this proof of identity: it is at {actual}, not at {expected}.</source>
            <translation>Quelqu’un d’autre a continué cette vérification d’identité : elle en est à {actual}, et non à {expected}.</translation>
        </message>
        <message>
            <source>Somebody looks alike</source>
            <translation>Quelqu’un se ressemble</translation>
        </message>
        <message>
            <source>Somebody new</source>
            <translation>Nouvelle personne</translation>
        </message>
        <message>
            <source>Somebody of that user name works here already. Choose another name.</source>
            <translation>Une personne de ce nom d’utilisateur travaille déjà ici. Choisissez un autre nom.</translation>
        </message>
        <message>
            <source>Somebody outside answers. The answer comes by itself.</source>
            <translation>Quelqu’un répond à l’extérieur. La réponse arrive d’elle-même.</translation>
        </message>
        <message>
            <source>Somebody vouched</source>
            <translation>Quelqu’un s’est porté garant</translation>
        </message>
        <message>
            <source>Somebody vouches for the person</source>
            <translation>Quelqu’un se porte garant de la personne</translation>
        </message>
        <message>
            <source>Something covers the document. Take your hand away from it.</source>
            <translation>Quelque chose cache le document. Retirez votre main.</translation>
        </message>
        <message>
            <source>Something else happened to the step {node} meanwhile. Look at it again before you go on.</source>
            <translation>Entre-temps, l’étape {node} a changé. Regardez-la de nouveau avant de continuer.</translation>
        </message>
        <message>
            <source>Something is mirrored in the eye. Take glasses off, and turn away from windows.</source>
            <translation>Quelque chose se reflète dans l’œil. Retirez les lunettes et détournez-vous des fenêtres.</translation>
        </message>
        <message>
            <source>Something is missing in this form.</source>
            <translation>Il manque quelque chose dans ce formulaire.</translation>
        </message>
        <message>
            <source>Something is missing or not right: see the fields with a red frame.</source>
            <translation>Des renseignements manquent ou sont incorrects : voir les champs encadrés en rouge.</translation>
        </message>
        <message>
            <source>Something is still missing. Go back to the step that is not ticked.</source>
            <translation>Il manque encore quelque chose. Revenez à l’étape qui n’est pas cochée.</translation>
        </message>
        <message>
            <source>Something is wrong with the chip. Nothing was taken from it. Call your supervisor.</source>
            <translation>La puce présente une anomalie. Rien n’en a été repris. Appelez votre superviseur.</translation>
        </message>
        <message>
            <source>Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell your supervisor if it stays.</source>
            <translation>Une erreur s’est produite dans le programme ({kind}). Ce qui était confirmé est conservé ; réessayez et, si cela persiste, prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>Something went wrong with this service when it was asked last. Check it again.</source>
            <translation>Un problème est survenu lors de la dernière demande à ce service. Vérifiez-le de nouveau.</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>Espace</translation>
        </message>
        <message>
            <source>Speaks against it</source>
            <translation>Parle contre</translation>
        </message>
        <message>
            <source>Speed of sending limited</source>
            <translation>Vitesse d’envoi limitée</translation>
        </message>
        <message>
            <source>Standing</source>
            <translation>État</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>Commencer</translation>
        </message>
        <message>
            <source>Start (Space)</source>
            <translation>Commencer (Espace)</translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation>Commencer une inscription</translation>
        </message>
        <message>
            <source>Start, go on, or take the picture</source>
            <translation>Commencer, continuer ou prendre la photo</translation>
        </message>
        <message>
            <source>State</source>
            <translation>État</translation>
        </message>
        <message>
            <source>State: {state}</source>
            <translation>État : {state}</translation>
        </message>
        <message>
            <source>Station</source>
            <translation>Poste</translation>
        </message>
        <message>
            <source>Station bound to this computer, or released</source>
            <translation>Station liée à cet ordinateur, ou libérée</translation>
        </message>
        <message>
            <source>Station created</source>
            <translation>Station créée</translation>
        </message>
        <message>
            <source>Station {station}, from {first} to {last}</source>
            <translation>Poste {station}, du {first} au {last}</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>Étape</translation>
        </message>
        <message>
            <source>Step completed</source>
            <translation>Étape terminée</translation>
        </message>
        <message>
            <source>Still reading what the document says …</source>
            <translation>Lecture du document encore en cours…</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Arrêter</translation>
        </message>
        <message>
            <source>Stored faces are damaged and were not compared ({count}). Whether this person was here before is not sure.</source>
            <translation>Des visages conservés sont endommagés et n’ont pas été comparés ({count}). Il n’est pas sûr que cette personne soit déjà venue ou non.</translation>
        </message>
        <message>
            <source>Story</source>
            <translation>Histoire</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>Superviseur</translation>
        </message>
        <message>
            <source>Supervisor decided, to be signed off</source>
            <translation>Décision d’un superviseur, à signer</translation>
        </message>
        <message>
            <source>Supervisor signed off a number of decisions</source>
            <translation>Un superviseur a signé plusieurs décisions</translation>
        </message>
        <message>
            <source>Supervisor's decision signed off</source>
            <translation>Décision d’un superviseur signée</translation>
        </message>
        <message>
            <source>Tab</source>
            <translation>Tab</translation>
        </message>
        <message>
            <source>Take a moment longer before the capture, and look at the glass or the lens first.</source>
            <translation>Prenez un instant de plus avant la capture, et regardez d’abord la vitre ou l’objectif.</translation>
        </message>
        <message>
            <source>Take any</source>
            <translation>N’importe lequel</translation>
        </message>
        <message>
            <source>Take it</source>
            <translation>Le reprendre</translation>
        </message>
        <message>
            <source>Take it again</source>
            <translation>Reprendre</translation>
        </message>
        <message>
            <source>Take it without what the services signed</source>
            <translation>La retirer sans ce que les services ont signé</translation>
        </message>
        <message>
            <source>Take one picture of the face together with what cannot be captured: {missing}.</source>
            <translation>Prenez une seule photo du visage avec ce qui ne peut pas être enregistré : {missing}.</translation>
        </message>
        <message>
            <source>Take the picture (Space)</source>
            <translation>Prendre la photo (Espace)</translation>
        </message>
        <message>
            <source>Take the picture when everything is to be seen.</source>
            <translation>Prenez la photo quand tout est visible.</translation>
        </message>
        <message>
            <source>Take the proof</source>
            <translation>Retirer la preuve</translation>
        </message>
        <message>
            <source>Take these settings again</source>
            <translation>Reprendre ces réglages</translation>
        </message>
        <message>
            <source>Team's median</source>
            <translation>Médiane de l’équipe</translation>
        </message>
        <message>
            <source>Template of a face destroyed</source>
            <translation>Modèle d’un visage détruit</translation>
        </message>
        <message>
            <source>Template of a face kept to search among</source>
            <translation>Modèle d’un visage gardé pour la recherche</translation>
        </message>
        <message>
            <source>Templates destroyed, their time being over</source>
            <translation>Modèles détruits, leur délai étant passé</translation>
        </message>
        <message>
            <source>Templates found damaged</source>
            <translation>Modèles trouvés endommagés</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>Tester</translation>
        </message>
        <message>
            <source>Test {name}</source>
            <translation>Tester {name}</translation>
        </message>
        <message>
            <source>Thank you, that is good.</source>
            <translation>Merci, c’est bon.</translation>
        </message>
        <message>
            <source>Thank you, that was all.</source>
            <translation>Merci, c’est terminé.</translation>
        </message>
        <message>
            <source>That a living person sat before the camera rests on the officer's word alone.</source>
            <translation>Qu’une personne vivante était devant la caméra repose sur la seule parole de l’agent.</translation>
        </message>
        <message>
            <source>That the face is a living one was close: {value}, where {threshold} is enough.</source>
            <translation>Que le visage soit vivant était de justesse : {value}, où {threshold} suffit.</translation>
        </message>
        <message>
            <source>That was not it. The code of the authenticator</source>
            <translation>Ce n’était pas le bon. Le code de l’application d’authentification</translation>
        </message>
        <message>
            <source>That was not it. The code sent to {where}</source>
            <translation>Ce n’était pas le bon. Le code envoyé à {where}</translation>
        </message>
        <message>
            <source>The ID schema always requires {field}, and its condition can hide it: a server may refuse who lacks it.</source>
            <translation>Le schéma d’identité exige toujours {field}, et sa condition peut le masquer : un serveur peut refuser qui ne l’a pas.</translation>
        </message>
        <message>
            <source>The ID schema cannot be read. Ask your administrator.</source>
            <translation>Le schéma d’identité est illisible. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The ID schema gives the field {field} the category kyc. A server finds no documents and no biometrics there. Ask your administrator.</source>
            <translation>Le schéma d’identité classe le champ {field} dans la catégorie kyc, où le serveur ne trouve ni documents ni données biométriques. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The ID schema has no field {field}: what is typed there is never delivered.</source>
            <translation>Le schéma d’identité n’a pas de champ {field} : ce qui y est saisi n’est jamais transmis.</translation>
        </message>
        <message>
            <source>The ID schema has no handle {field}: nobody could sign in by it. Mark the field there.</source>
            <translation>Le schéma d’identité n’a pas d’identifiant de connexion {field} : personne ne pourrait s’en servir. Marquez-y le champ.</translation>
        </message>
        <message>
            <source>The ID schema requires {field}, and no screen asks for it. Add the field to a screen.</source>
            <translation>Le schéma d’identité exige {field}, et aucun écran ne le demande. Ajoutez le champ à un écran.</translation>
        </message>
        <message>
            <source>The ID schema sends a field to a part of the packet that does not exist.</source>
            <translation>Le schéma d’identité affecte un champ à une partie du paquet qui n’existe pas.</translation>
        </message>
        <message>
            <source>The JPEG 2000 picture is cut off or damaged.</source>
            <translation>L’image JPEG 2000 est coupée ou endommagée.</translation>
        </message>
        <message>
            <source>The PDF holds no pages this program can read. Scan the document instead.</source>
            <translation>Le PDF ne contient aucune page que ce programme puisse lire. Numérisez plutôt le document.</translation>
        </message>
        <message>
            <source>The WSQ picture is cut off or damaged, at byte {offset}.</source>
            <translation>L’image WSQ est coupée ou endommagée, à l’octet {offset}.</translation>
        </message>
        <message>
            <source>The WSQ picture is larger than any fingerprint reader makes.</source>
            <translation>L’image WSQ est plus grande que ce que produit un lecteur d’empreintes.</translation>
        </message>
        <message>
            <source>The address is not right</source>
            <translation>L’adresse n’est pas exacte</translation>
        </message>
        <message>
            <source>The address of the service that proves identities is not secure (https), so it was not asked. Tell your administrator.</source>
            <translation>L’adresse du service qui prouve les identités n’est pas sécurisée (https) ; il n’a donc pas été interrogé. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The age does not fit the photo</source>
            <translation>L’âge ne correspond pas à la photo</translation>
        </message>
        <message>
            <source>The age groups cannot be read. They are written like {example}. Ask your administrator.</source>
            <translation>Les groupes d’âge sont illisibles. Ils s’écrivent comme {example}. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The age groups {first} and {second} overlap: nobody can tell which rules count. Ask your administrator.</source>
            <translation>Les groupes d’âge {first} et {second} se chevauchent : personne ne peut dire quelles règles s’appliquent. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The answer cannot be written. Perhaps the disk is full.</source>
            <translation>La réponse ne peut pas être écrite. Le disque est peut-être plein.</translation>
        </message>
        <message>
            <source>The answer for the step {node} came too late. Begin this step again.</source>
            <translation>La réponse pour l’étape {node} est arrivée trop tard. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another request. Begin this step again.</source>
            <translation>La réponse dans le navigateur appartient à une autre demande. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another sign-in. Begin this step again.</source>
            <translation>La réponse dans le navigateur appartient à une autre connexion. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The answer in the browser is from another identity provider than the one that was asked.</source>
            <translation>La réponse dans le navigateur vient d’un autre fournisseur d’identité que celui qui a été interrogé.</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities cannot be read. Tell your administrator.</source>
            <translation>La réponse du service qui prouve les identités est illisible. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities was too long and was not read. Tell your administrator.</source>
            <translation>La réponse du service qui prouve les identités était trop longue et n’a pas été lue. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The answer of the {kind} lacks what is needed ({part}). Tell support.</source>
            <translation>Il manque à la réponse de l’appareil ({kind}) un élément nécessaire ({part}). Prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The app is on this computer</source>
            <translation>L’application est sur cet ordinateur</translation>
        </message>
        <message>
            <source>The attempts are used up and something is still missing: {fingers}. Take it once more, or say that it cannot be captured.</source>
            <translation>Les essais sont épuisés et il manque encore : {fingers}. Faites une nouvelle prise, ou indiquez que la prise est impossible.</translation>
        </message>
        <message>
            <source>The attempts are used up. Keep the best there is and say why, or take it once more.</source>
            <translation>Les essais sont épuisés. Gardez le meilleur obtenu en disant pourquoi, ou faites une nouvelle prise.</translation>
        </message>
        <message>
            <source>The audit records in the packet are not a list of names with texts.</source>
            <translation>Les traces d’audit du paquet ne sont pas une liste de noms accompagnés de textes.</translation>
        </message>
        <message>
            <source>The background is not plain. Put a plain screen behind the person.</source>
            <translation>Le fond n’est pas uni. Placez un écran uni derrière la personne.</translation>
        </message>
        <message>
            <source>The backup was made by another version of Muster: restore it with that one ({version}).</source>
            <translation>La sauvegarde a été faite par une autre version de Muster : restaurez-la avec celle-là ({version}).</translation>
        </message>
        <message>
            <source>The barcode</source>
            <translation>Le code-barres</translation>
        </message>
        <message>
            <source>The biometric file has a part that does not belong there, stands in the wrong order or stands twice.</source>
            <translation>Le fichier biométrique comporte une partie qui n’y a pas sa place, qui n’est pas dans le bon ordre ou qui figure deux fois.</translation>
        </message>
        <message>
            <source>The biometric file has samples inside samples, too deep to be followed.</source>
            <translation>Le fichier biométrique contient des échantillons imbriqués trop profondément pour être suivis.</translation>
        </message>
        <message>
            <source>The biometric file has text where only parts may stand.</source>
            <translation>Le fichier biométrique comporte du texte là où seules des parties sont permises.</translation>
        </message>
        <message>
            <source>The biometric file holds more samples than any registration has.</source>
            <translation>Le fichier biométrique contient plus d’échantillons qu’aucune inscription n’en comporte.</translation>
        </message>
        <message>
            <source>The biometric file is not readable XML.</source>
            <translation>Le fichier biométrique n’est pas du XML lisible.</translation>
        </message>
        <message>
            <source>The biometric file lacks a part its schema demands.</source>
            <translation>Il manque au fichier biométrique une partie exigée par son schéma.</translation>
        </message>
        <message>
            <source>The biometric file lacks a part that every record must have.</source>
            <translation>Il manque au fichier biométrique une partie que tout enregistrement doit comporter.</translation>
        </message>
        <message>
            <source>The biometric file uses a word that its schema does not know.</source>
            <translation>Le fichier biométrique utilise un mot que son schéma ne connaît pas.</translation>
        </message>
        <message>
            <source>The built-in receiver did not start. Packets stay in the outbox.</source>
            <translation>Le récepteur intégré n’a pas démarré. Les paquets restent dans la boîte d’envoi.</translation>
        </message>
        <message>
            <source>The camera sees nothing but black. Open its cover, switch on the light and try again.</source>
            <translation>La caméra ne voit que du noir. Ouvrez son cache, allumez la lumière et réessayez.</translation>
        </message>
        <message>
            <source>The camera sends pictures in a form this program cannot read. Use another camera.</source>
            <translation>La caméra envoie des images sous une forme que ce programme ne sait pas lire. Utilisez une autre caméra.</translation>
        </message>
        <message>
            <source>The camera stopped sending pictures. Check its power and its cable, then try again.</source>
            <translation>La caméra a cessé d’envoyer des images. Vérifiez son alimentation et son câble, puis réessayez.</translation>
        </message>
        <message>
            <source>The capture technology in the record is none that the standard knows.</source>
            <translation>La technologie de capture de l’enregistrement est inconnue de la norme.</translation>
        </message>
        <message>
            <source>The captures of the {kind} do not follow each other without a gap. Begin with this device again.</source>
            <translation>Les captures de l’appareil ({kind}) ne se suivent pas sans interruption. Recommencez avec cet appareil.</translation>
        </message>
        <message>
            <source>The case is closed. What the proof rests on is no longer here.</source>
            <translation>Le dossier est clos. Ce sur quoi repose la preuve n’est plus ici.</translation>
        </message>
        <message>
            <source>The center's key cannot be read: it is a file with 64 hexadecimal digits.</source>
            <translation>La clé du centre est illisible : c’est un fichier de 64 chiffres hexadécimaux.</translation>
        </message>
        <message>
            <source>The center's server compares no faces for this station (its code: {server_code}). Tell your administrator.</source>
            <translation>Le serveur du centre ne compare pas de visages pour ce poste (son code : {server_code}). Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The centre does not accept this station's questions to wallets. Tell your administrator.</source>
            <translation>Le centre n’accepte pas les demandes de ce poste aux portefeuilles numériques. Parlez-en à votre administrateur.</translation>
        </message>
        <message>
            <source>The centre does not know the question to the wallet any more. Begin this step again.</source>
            <translation>Le centre ne connaît plus la demande faite au portefeuille numérique. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The certificate by which wallets know this station has expired, or does not count yet. Check this computer's clock, then tell your administrator.</source>
            <translation>Le certificat par lequel les portefeuilles numériques reconnaissent ce poste a expiré, ou n’est pas encore valable. Vérifiez l’horloge de cet ordinateur, puis parlez-en à votre administrateur.</translation>
        </message>
        <message>
            <source>The certificate is not valid at this time. Check this computer's clock first.</source>
            <translation>Le certificat n’est pas valable à cette date. Vérifiez d’abord l’horloge de cet ordinateur.</translation>
        </message>
        <message>
            <source>The certificate of the authority that issued the document is not valid at this time.</source>
            <translation>Le certificat de l’autorité qui a émis le document n’est pas valable en ce moment.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} ends in {days} days. Have it renewed before.</source>
            <translation>Le certificat de l’appareil ({kind}) prend fin dans {days} jours. Faites-le renouveler avant.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} has expired. Connect it to its maker's server, or use another device.</source>
            <translation>Le certificat de l’appareil ({kind}) a expiré. Connectez-le au serveur de son fabricant ou utilisez un autre appareil.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} is not valid yet. Check the date and time of this computer.</source>
            <translation>Le certificat de l’appareil ({kind}) n’est pas encore valable. Vérifiez la date et l’heure de cet ordinateur.</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not one for signing documents. Nothing shows that the chip is genuine.</source>
            <translation>Le certificat du signataire de la puce n’est pas destiné à signer des documents. Rien ne montre que la puce est authentique.</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not valid at this time.</source>
            <translation>Le certificat de celui qui a signé la puce n’est pas valable en ce moment.</translation>
        </message>
        <message>
            <source>The certificate the server signs with cannot be used. Check this computer's clock, then tell your administrator.</source>
            <translation>Le certificat avec lequel le serveur signe est inutilisable. Vérifiez l’horloge de cet ordinateur, puis prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The check digits of the lines on the chip are wrong. No issuer writes such lines.</source>
            <translation>Les chiffres de contrôle des lignes de la puce sont faux. Aucun émetteur n’écrit de telles lignes.</translation>
        </message>
        <message>
            <source>The chip could not show that it is the one its issuer made: it is a copy. Keep the document apart and tell your supervisor.</source>
            <translation>La puce n’a pas pu montrer qu’elle est celle que l’émetteur a fabriquée : c’est une copie. Mettez le document de côté et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The chip does not open with this. Check the document number and the dates of birth and expiry, or the six digits.</source>
            <translation>La puce ne s’ouvre pas avec ces indications. Vérifiez le numéro du document et les dates de naissance et d’expiration, ou les six chiffres.</translation>
        </message>
        <message>
            <source>The chip does not say who signed it. Its signature cannot be checked.</source>
            <translation>La puce ne dit pas qui l’a signée. Sa signature ne peut pas être vérifiée.</translation>
        </message>
        <message>
            <source>The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again and start again.</source>
            <translation>La puce a donné une réponse inutilisable ({status}). Retirez le document du lecteur, reposez-le et recommencez.</translation>
        </message>
        <message>
            <source>The chip holds no portrait that can be shown. Compare with the printed one.</source>
            <translation>La puce ne contient pas de portrait affichable. Comparez avec celui qui est imprimé.</translation>
        </message>
        <message>
            <source>The chip holds no signature of its issuer that can be read.</source>
            <translation>La puce ne contient aucune signature lisible de son émetteur.</translation>
        </message>
        <message>
            <source>The chip is opened by what is printed on the document. Scan the page with the machine-readable lines first, or type the six digits on its front.</source>
            <translation>La puce s’ouvre par ce qui est imprimé sur le document. Numérisez d’abord la page qui porte les lignes lisibles par machine, ou tapez les six chiffres du recto.</translation>
        </message>
        <message>
            <source>The chip is signed in a way that this program does not know. It cannot be checked.</source>
            <translation>La puce est signée d’une manière que ce programme ne connaît pas. Elle ne peut pas être vérifiée.</translation>
        </message>
        <message>
            <source>The chip is signed in an old way (SHA-1) that is no longer strong.</source>
            <translation>La puce est signée d’une manière ancienne (SHA-1) qui n’est plus sûre.</translation>
        </message>
        <message>
            <source>The chip names a key that no honest chip has. Do not trust this document's chip.</source>
            <translation>La puce annonce une clé qu’aucune puce honnête ne possède. Ne vous fiez pas à la puce de ce document.</translation>
        </message>
        <message>
            <source>The chip was read and is signed by its issuer.</source>
            <translation>La puce a été lue ; elle est signée par son émetteur.</translation>
        </message>
        <message>
            <source>The chip was read; who signed it is not known at this station.</source>
            <translation>La puce a été lue ; ce poste ne connaît pas celui qui l’a signée.</translation>
        </message>
        <message>
            <source>The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again.</source>
            <translation>L’horloge de l’appareil ({kind}) est décalée de {minutes} minutes. Réglez-la, ou celle de cet ordinateur, et réessayez.</translation>
        </message>
        <message>
            <source>The clock was set back</source>
            <translation>L’horloge a été retardée</translation>
        </message>
        <message>
            <source>The code is signed, but what it says is not what a slip says.</source>
            <translation>Le code est signé, mais ce qu’il dit n’est pas ce que dit un reçu.</translation>
        </message>
        <message>
            <source>The code is wrong or was used already. Wait for the next one; check this computer's clock.</source>
            <translation>Le code est erroné ou a déjà été utilisé. Attendez le suivant ; vérifiez l’horloge de cet ordinateur.</translation>
        </message>
        <message>
            <source>The code of the authenticator</source>
            <translation>Le code de l’application d’authentification</translation>
        </message>
        <message>
            <source>The code sent to {where}</source>
            <translation>Le code envoyé à {where}</translation>
        </message>
        <message>
            <source>The code was sent as often as is allowed. Take another way.</source>
            <translation>Le code a été envoyé autant de fois que permis. Choisissez un autre moyen.</translation>
        </message>
        <message>
            <source>The code was typed too late. Have another one sent.</source>
            <translation>Le code a été saisi trop tard. Faites-en envoyer un autre.</translation>
        </message>
        <message>
            <source>The code was wrong too often and counts no more. Have another one sent.</source>
            <translation>Le code a été faux trop souvent et n’est plus valable. Faites-en envoyer un autre.</translation>
        </message>
        <message>
            <source>The colour of the skin is not natural. Change the light, or the camera's white balance.</source>
            <translation>La couleur de la peau n’est pas naturelle. Changez la lumière ou la balance des blancs de l’appareil.</translation>
        </message>
        <message>
            <source>The condition asks for {name} (column {column}), which no form here has.</source>
            <translation>La condition demande {name} (colonne {column}), qu’aucun formulaire ne contient ici.</translation>
        </message>
        <message>
            <source>The condition cannot be understood from column {column} on ({found}).</source>
            <translation>La condition est incompréhensible à partir de la colonne {column} ({found}).</translation>
        </message>
        <message>
            <source>The condition is never true, whatever is typed and however old somebody is.</source>
            <translation>La condition n’est jamais vraie, quoi que l’on saisisse et quel que soit l’âge.</translation>
        </message>
        <message>
            <source>The condition is not understood from column {column} on. The field is always shown and never required.</source>
            <translation>La condition n’est pas comprise à partir de la colonne {column}. Le champ est toujours affiché et jamais exigé.</translation>
        </message>
        <message>
            <source>The condition is too long or nested too deeply (column {column}).</source>
            <translation>La condition est trop longue ou trop imbriquée (colonne {column}).</translation>
        </message>
        <message>
            <source>The content of this registration was destroyed after it was delivered or given up.</source>
            <translation>Le contenu de cette inscription a été détruit après sa livraison ou son abandon.</translation>
        </message>
        <message>
            <source>The copy is saved. That it was taken is on record.</source>
            <translation>La copie est enregistrée. Le fait qu’elle a été prise est consigné.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed cannot be read.</source>
            <translation>L’attestation présentée par le portefeuille numérique est illisible.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed does not prove enough for this purpose.</source>
            <translation>L’attestation présentée par le portefeuille numérique ne prouve pas assez pour cet usage.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed has expired, or does not count yet.</source>
            <translation>L’attestation présentée par le portefeuille numérique a expiré, ou n’est pas encore valable.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is from an issuer whom this deployment does not trust.</source>
            <translation>L’attestation présentée par le portefeuille numérique vient d’un émetteur auquel ce déploiement ne se fie pas.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is not signed by its issuer, or was changed.</source>
            <translation>L’attestation présentée par le portefeuille numérique n’est pas signée par son émetteur, ou a été modifiée.</translation>
        </message>
        <message>
            <source>The date is known</source>
            <translation>La date est connue</translation>
        </message>
        <message>
            <source>The date of capture in the record is a day that does not exist.</source>
            <translation>La date de capture indiquée dans l’enregistrement est un jour qui n’existe pas.</translation>
        </message>
        <message>
            <source>The demo stopped: a device or a check said no at the step {step}.</source>
            <translation>La démonstration s’est arrêtée : un appareil ou un contrôle a refusé à l’étape {step}.</translation>
        </message>
        <message>
            <source>The device for this step is not connected: {device}.</source>
            <translation>L’appareil nécessaire à cette étape n’est pas branché : {device}.</translation>
        </message>
        <message>
            <source>The device is starting …</source>
            <translation>L’appareil démarre…</translation>
        </message>
        <message>
            <source>The device saw another hand or eye than the one asked for. Place the right one.</source>
            <translation>L’appareil a détecté une autre main ou un autre œil que celui demandé. Présentez le bon.</translation>
        </message>
        <message>
            <source>The device service answered something that cannot be read ({part}). Restart it and tell support.</source>
            <translation>Le service de l’appareil a répondu quelque chose d’illisible ({part}). Redémarrez-le et prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The device's signature of a sample in the biometric file does not match the sample.</source>
            <translation>La signature de l’appareil pour un échantillon du fichier biométrique ne correspond pas à cet échantillon.</translation>
        </message>
        <message>
            <source>The disk is full. Free some space and try again; everything entered so far is kept.</source>
            <translation>Le disque est plein. Libérez de l’espace et réessayez ; tout ce qui a été saisi est conservé.</translation>
        </message>
        <message>
            <source>The document could not be judged. Lay it flat and straight, and scan it again.</source>
            <translation>Le document n’a pas pu être évalué. Posez-le bien à plat et droit, puis numérisez-le de nouveau.</translation>
        </message>
        <message>
            <source>The document does not say everything that this proof needs. Take another document.</source>
            <translation>Le document ne dit pas tout ce dont cette preuve a besoin. Prenez un autre document.</translation>
        </message>
        <message>
            <source>The document has no chip that can be read.</source>
            <translation>Le document n’a pas de puce lisible.</translation>
        </message>
        <message>
            <source>The document has no such page.</source>
            <translation>Le document n’a pas cette page.</translation>
        </message>
        <message>
            <source>The document is cut off at the edge of the picture. Take all of it.</source>
            <translation>Le document est coupé au bord de l’image. Prenez-le en entier.</translation>
        </message>
        <message>
            <source>The document is signed in a way that this program does not know.</source>
            <translation>Le document est signé d’une manière que ce programme ne connaît pas.</translation>
        </message>
        <message>
            <source>The document is small in the picture. Go nearer to it.</source>
            <translation>Le document est petit dans l’image. Approchez-vous.</translation>
        </message>
        <message>
            <source>The document is turned: its back lies on the scanner.</source>
            <translation>Le document est retourné : son verso est posé sur le scanner.</translation>
        </message>
        <message>
            <source>The document lies on the chip reader.</source>
            <translation>Le document est posé sur le lecteur de puces.</translation>
        </message>
        <message>
            <source>The document was moved while its chip was being read. Lay it on the reader and leave it there until it is read.</source>
            <translation>Le document a été déplacé pendant la lecture de sa puce. Posez-le sur le lecteur et laissez-l’y jusqu’à la fin de la lecture.</translation>
        </message>
        <message>
            <source>The document was removed or replaced while its chip was read. Read the chip of the one that is there now.</source>
            <translation>Le document a été retiré ou remplacé pendant la lecture de sa puce. Lisez la puce de celui qui est là maintenant.</translation>
        </message>
        <message>
            <source>The document {field} has a format whose name cannot be used. Scan it again.</source>
            <translation>Le nom du format du document {field} est inutilisable. Numérisez-le de nouveau.</translation>
        </message>
        <message>
            <source>The document {field} has no content. Scan it again.</source>
            <translation>Le document {field} est vide. Numérisez-le à nouveau.</translation>
        </message>
        <message>
            <source>The document {field} would be stored under the name of another file of the packet. Ask your administrator.</source>
            <translation>Le document {field} porterait le nom d’un autre fichier du paquet. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The document's chip</source>
            <translation>La puce du document</translation>
        </message>
        <message>
            <source>The drive cannot be read. Plug it in again, or hand over on another one.</source>
            <translation>Le support est illisible. Rebranchez-le, ou utilisez-en un autre pour la remise.</translation>
        </message>
        <message>
            <source>The driver cannot be begun in {folder}. Name a folder that is empty or not there yet.</source>
            <translation>Le pilote ne peut pas être commencé dans {folder}. Indiquez un dossier vide ou qui n’existe pas encore.</translation>
        </message>
        <message>
            <source>The driver of the {kind} answered nonsense and is started anew. Try again in a moment.</source>
            <translation>Le pilote de l’appareil ({kind}) a donné une réponse incohérente et redémarre. Réessayez dans un instant.</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off and is started anew. Try again in a moment.</source>
            <translation>Le pilote de l’appareil ({kind}) s’est interrompu et redémarre. Réessayez dans un instant.</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off several times. It is started again in {seconds} s; meanwhile unplug the {kind} and plug it in again.</source>
            <translation>Le pilote de l’appareil ({kind}) s’est interrompu plusieurs fois. Il redémarre dans {seconds} s ; en attendant, débranchez-le ({kind}) et rebranchez-le.</translation>
        </message>
        <message>
            <source>The driver of the {kind} cannot be started. Ask your administrator.</source>
            <translation>Le pilote de l’appareil ({kind}) ne peut pas démarrer. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The driver of the {kind} does not answer any more and is started anew. Try again in a moment.</source>
            <translation>Le pilote de l’appareil ({kind}) ne répond plus et redémarre. Réessayez dans un instant.</translation>
        </message>
        <message>
            <source>The driver of the {kind} hangs and cannot be ended. Unplug the {kind}; if that does not help, restart the computer.</source>
            <translation>Le pilote de l’appareil ({kind}) est bloqué et ne peut pas être arrêté. Débranchez-le ({kind}) ; si cela ne suffit pas, redémarrez l’ordinateur.</translation>
        </message>
        <message>
            <source>The earliest day lies behind the latest: no date would do.</source>
            <translation>Le premier jour est après le dernier : aucune date ne conviendrait.</translation>
        </message>
        <message>
            <source>The encrypted file was changed after it was written. Do not use it.</source>
            <translation>Le fichier chiffré a été modifié après son écriture. Ne l’utilisez pas.</translation>
        </message>
        <message>
            <source>The enrollment cannot be read: {part} is missing or has a wrong form.</source>
            <translation>L’inscription ne peut pas être lue : {part} est absent ou n’a pas la bonne forme.</translation>
        </message>
        <message>
            <source>The eye colour in the record is none that the standard knows.</source>
            <translation>La couleur des yeux de l’enregistrement est inconnue de la norme.</translation>
        </message>
        <message>
            <source>The eye is closed. Open the eyes wide and do not blink.</source>
            <translation>L’œil est fermé. Ouvrez grand les yeux sans cligner.</translation>
        </message>
        <message>
            <source>The eye is not sharp. Move slowly forward or back, then hold still.</source>
            <translation>L’œil n’est pas net. Avancez ou reculez lentement, puis ne bougez plus.</translation>
        </message>
        <message>
            <source>The eye is poorly lit. Shade it from the sun, and clean the device's glass.</source>
            <translation>L’œil est mal éclairé. Protégez-le du soleil et nettoyez la vitre de l’appareil.</translation>
        </message>
        <message>
            <source>The eye is too close. Move back a little.</source>
            <translation>L’œil est trop près. Reculez un peu.</translation>
        </message>
        <message>
            <source>The eye is too far away. Come closer, slowly.</source>
            <translation>L’œil est trop loin. Approchez-vous lentement.</translation>
        </message>
        <message>
            <source>The eye lies at the edge of the picture. Move to the middle.</source>
            <translation>L’œil est au bord de l’image. Placez-vous au milieu.</translation>
        </message>
        <message>
            <source>The eye looks aside. Look straight into the device.</source>
            <translation>L’œil regarde de côté. Regardez droit dans l’appareil.</translation>
        </message>
        <message>
            <source>The eye or the device moved. Hold still.</source>
            <translation>L’œil ou l’appareil a bougé. Ne bougez pas.</translation>
        </message>
        <message>
            <source>The face cannot be seen well. Take away what covers it, and face the camera.</source>
            <translation>Le visage se voit mal. Retirez ce qui le couvre et faites face à l’appareil.</translation>
        </message>
        <message>
            <source>The face could not be judged. Ask the person to look into the camera again, in good light.</source>
            <translation>Le visage n’a pas pu être évalué. Demandez à la personne de regarder de nouveau la caméra, sous un bon éclairage.</translation>
        </message>
        <message>
            <source>The face gives nothing to search for. Take the picture again in better light.</source>
            <translation>Ce visage ne permet aucune recherche. Reprenez la photo avec un meilleur éclairage.</translation>
        </message>
        <message>
            <source>The face has too little contrast. Clean the lens, or change the light.</source>
            <translation>Le visage manque de contraste. Nettoyez l’objectif ou changez la lumière.</translation>
        </message>
        <message>
            <source>The face in the document's chip is not clearly that of the person. Compare both yourself, and call your supervisor if you doubt it.</source>
            <translation>Le visage dans la puce du document n’est pas clairement celui de la personne. Comparez vous-même les deux, et appelez votre superviseur en cas de doute.</translation>
        </message>
        <message>
            <source>The face in the document's chip is that of the person.</source>
            <translation>Le visage dans la puce du document est celui de la personne.</translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation>Le visage est coupé. Placez-vous au milieu de l’image.</translation>
        </message>
        <message>
            <source>The face is like that of an operator of this station. Compare: it may be the same person.</source>
            <translation>Le visage ressemble à celui d’un opérateur de ce poste. Comparez : il peut s’agir de la même personne.</translation>
        </message>
        <message>
            <source>The face is not sharp enough to judge this.</source>
            <translation>Le visage n’est pas assez net pour en juger.</translation>
        </message>
        <message>
            <source>The face is not sharp. Hold still.</source>
            <translation>Le visage n’est pas net. Ne bougez pas.</translation>
        </message>
        <message>
            <source>The face is too bright. Less light on the face.</source>
            <translation>Le visage est trop clair. Moins de lumière sur le visage.</translation>
        </message>
        <message>
            <source>The face is too dark. More light on the face.</source>
            <translation>Le visage est trop sombre. Plus de lumière sur le visage.</translation>
        </message>
        <message>
            <source>The face is too far away. Come closer to the camera.</source>
            <translation>Le visage est trop loin. Rapprochez-vous de la caméra.</translation>
        </message>
        <message>
            <source>The face recognition pack may have one network that finds faces. Found: {count}.</source>
            <translation>Le lot de reconnaissance faciale peut contenir un seul réseau qui trouve les visages. Trouvés : {count}.</translation>
        </message>
        <message>
            <source>The face recognition pack needs a file calibration.toml with the threshold of its own network.</source>
            <translation>Le pack de reconnaissance faciale doit contenir un fichier calibration.toml avec le seuil de son propre réseau.</translation>
        </message>
        <message>
            <source>The face recognition pack needs exactly one recognition network. Found: {count}.</source>
            <translation>Le pack de reconnaissance faciale doit contenir exactement un réseau de reconnaissance. Trouvé : {count}.</translation>
        </message>
        <message>
            <source>The face was not recognised. Try again, or use your password.</source>
            <translation>Le visage n’a pas été reconnu. Réessayez ou utilisez votre mot de passe.</translation>
        </message>
        <message>
            <source>The face was not searched for, for a reason this version does not know.</source>
            <translation>Le visage n’a pas été recherché, pour une raison que cette version ne connaît pas.</translation>
        </message>
        <message>
            <source>The face was only just a living one</source>
            <translation>Le visage était tout juste vivant</translation>
        </message>
        <message>
            <source>The face was refused before it was taken for a living one</source>
            <translation>Le visage a été refusé avant d’être tenu pour vivant</translation>
        </message>
        <message>
            <source>The face was taken on the officer's word: a supervisor has to confirm it.</source>
            <translation>Le visage a été pris sur la parole de l’agent : un superviseur doit le confirmer.</translation>
        </message>
        <message>
            <source>The face, fingers or eyes were taken more than {minutes} minutes ago; the server takes no older ones. Take them again.</source>
            <translation>Le visage, les doigts ou les yeux ont été capturés il y a plus de {minutes} minutes ; le serveur n’en accepte pas de plus anciens. Capturez-les à nouveau.</translation>
        </message>
        <message>
            <source>The faces cannot be written into the folder {folder}.</source>
            <translation>Les visages ne peuvent pas être écrits dans le dossier {folder}.</translation>
        </message>
        <message>
            <source>The fastest speed of sending is a number of kilobytes a second, or 0 for none.</source>
            <translation>La vitesse maximale d’envoi est un nombre de kilooctets par seconde, ou 0 pour aucune limite.</translation>
        </message>
        <message>
            <source>The field {field} has a form that no ID schema knows.</source>
            <translation>Le champ {field} a une forme qu’aucun schéma d’identité ne connaît.</translation>
        </message>
        <message>
            <source>The field {field} has no group: nobody could choose to change it. Name one.</source>
            <translation>Le champ {field} n’a pas de groupe : personne ne pourrait choisir de le modifier. Nommez-en un.</translation>
        </message>
        <message>
            <source>The field {field} has no text. Fill it in or leave it out.</source>
            <translation>Le champ {field} ne contient aucun texte. Remplissez-le ou laissez-le de côté.</translation>
        </message>
        <message>
            <source>The field {field} holds another kind of value than its ID schema says.</source>
            <translation>Le champ {field} contient un autre genre de valeur que ne le dit le schéma d’identité.</translation>
        </message>
        <message>
            <source>The field {field} is filled in by the program. Leave it out.</source>
            <translation>Le champ {field} est rempli par le programme. Ne l’indiquez pas.</translation>
        </message>
        <message>
            <source>The field {field} is not written the way the ID schema asks for. Correct it.</source>
            <translation>Le champ {field} n’est pas écrit comme le demande le schéma d’identité. Corrigez-le.</translation>
        </message>
        <message>
            <source>The field {field} is there twice, first at {first}. Remove one.</source>
            <translation>Le champ {field} figure deux fois, d’abord à {first}. Retirez-en un.</translation>
        </message>
        <message>
            <source>The field {field} is {here} here and {there} in the ID schema; the schema decides.</source>
            <translation>Le champ {field} est {here} ici et {there} dans le schéma d’identité ; le schéma décide.</translation>
        </message>
        <message>
            <source>The figures are written: {file}</source>
            <translation>Les chiffres sont écrits : {file}</translation>
        </message>
        <message>
            <source>The figures cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>Les chiffres ne peuvent pas être écrits dans {file}. Indiquez un fichier dans un dossier existant.</translation>
        </message>
        <message>
            <source>The file cannot be read: {file}.</source>
            <translation>Le fichier est illisible : {file}.</translation>
        </message>
        <message>
            <source>The file cannot be written: {file}.</source>
            <translation>Le fichier ne peut pas être écrit : {file}.</translation>
        </message>
        <message>
            <source>The file holds another key than the one with this fingerprint. Nothing was accepted.</source>
            <translation>Le fichier contient une autre clé que celle de cette empreinte. Rien n’a été accepté.</translation>
        </message>
        <message>
            <source>The file holds several pages or pictures. Choose one that holds a single page.</source>
            <translation>Le fichier contient plusieurs pages ou images. Choisissez-en un qui n’en contient qu’une.</translation>
        </message>
        <message>
            <source>The file is empty. Choose another one, or scan the page again.</source>
            <translation>Le fichier est vide. Choisissez-en un autre ou numérisez à nouveau la page.</translation>
        </message>
        <message>
            <source>The file is not a picture this program can read.</source>
            <translation>Le fichier n’est pas une image que ce programme peut lire.</translation>
        </message>
        <message>
            <source>The file is not an encrypted packet.</source>
            <translation>Ce fichier n’est pas un paquet chiffré.</translation>
        </message>
        <message>
            <source>The file is sealed for another server key. The SHA-256 of that key's certificate begins with {thumbprint}.</source>
            <translation>Ce fichier est scellé pour une autre clé de serveur. Le SHA-256 du certificat de cette clé commence par {thumbprint}.</translation>
        </message>
        <message>
            <source>The file is too large: {file}. At most {limit} MB are read.</source>
            <translation>Le fichier est trop grand : {file}. On en lit au plus {limit} Mo.</translation>
        </message>
        <message>
            <source>The file is too short to be an encrypted packet: it ends at byte {offset}.</source>
            <translation>Le fichier est trop court pour être un paquet chiffré : il se termine à l’octet {offset}.</translation>
        </message>
        <message>
            <source>The file registration.json cannot be understood; the part in question: {part}.</source>
            <translation>Le fichier registration.json n’est pas compréhensible ; partie concernée : {part}.</translation>
        </message>
        <message>
            <source>The file registration.json has a key that means nothing: {key}. Compare its spelling.</source>
            <translation>Le fichier registration.json contient une clé inconnue : {key}. Vérifiez son orthographe.</translation>
        </message>
        <message>
            <source>The file registration.json must hold one JSON object: its keys between braces.</source>
            <translation>Le fichier registration.json doit contenir un seul objet JSON : ses clés entre accolades.</translation>
        </message>
        <message>
            <source>The file registration.json names some fingers or eyes but not {attribute}. Name all of them that are no exception, or none to use the device.</source>
            <translation>Le fichier registration.json nomme certains doigts ou yeux, mais pas {attribute}. Nommez tous ceux qui ne font pas l’objet d’une exception, ou aucun pour utiliser l’appareil.</translation>
        </message>
        <message>
            <source>The file that says which field a document fills in cannot be read. Ask your administrator.</source>
            <translation>Le fichier qui dit quel champ un document remplit est illisible. Demandez à votre administrateur.</translation>
        </message>
        <message>
            <source>The finger could not be recognised. Ask your supervisor.</source>
            <translation>Le doigt n’a pas été reconnu. Adressez-vous à votre superviseur.</translation>
        </message>
        <message>
            <source>The finger lies at the edge. Move it to the middle of the glass.</source>
            <translation>Le doigt est au bord. Placez-le au milieu de la vitre.</translation>
        </message>
        <message>
            <source>The first picture came after {seconds} s.</source>
            <translation>La première image est arrivée après {seconds} s.</translation>
        </message>
        <message>
            <source>The first that is available</source>
            <translation>La première qui est disponible</translation>
        </message>
        <message>
            <source>The folder is not what this draft was begun with; they differ in: {part}. Begin anew, or name another draft.</source>
            <translation>Ce dossier ne correspond pas à ce brouillon ; différence : {part}. Recommencez, ou indiquez un autre brouillon.</translation>
        </message>
        <message>
            <source>The folder of pictures for the simulated devices is not there.</source>
            <translation>Le dossier d’images destiné aux appareils simulés est absent.</translation>
        </message>
        <message>
            <source>The folder of the face recognition pack is not there: {folder}.</source>
            <translation>Le dossier du pack de reconnaissance faciale est absent : {folder}.</translation>
        </message>
        <message>
            <source>The folder {folder} holds no labelled pictures: see muster evaluate --help.</source>
            <translation>Le dossier {folder} ne contient aucune image étiquetée : voir muster evaluate --help.</translation>
        </message>
        <message>
            <source>The folder {folder} holds no pack of networks (pack.toml, pack.sig).</source>
            <translation>Le dossier {folder} ne contient aucun lot de réseaux (pack.toml, pack.sig).</translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation>La description du formulaire est illisible. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The form filled in at home</source>
            <translation>Le formulaire rempli à la maison</translation>
        </message>
        <message>
            <source>The form has no document of this name.</source>
            <translation>Le formulaire ne comporte aucun document de ce nom.</translation>
        </message>
        <message>
            <source>The form has no field of this name.</source>
            <translation>Le formulaire ne comporte aucun champ de ce nom.</translation>
        </message>
        <message>
            <source>The form has no group of fields of this name.</source>
            <translation>Le formulaire n’a pas de groupe de champs de ce nom.</translation>
        </message>
        <message>
            <source>The form of the step {node} has other fields: {fields}.</source>
            <translation>Le formulaire de l’étape {node} a d’autres champs : {fields}.</translation>
        </message>
        <message>
            <source>The front of the document lies on the scanner.</source>
            <translation>Le recto du document est posé sur le scanner.</translation>
        </message>
        <message>
            <source>The gender does not fit the photo</source>
            <translation>Le sexe ne correspond pas à la photo</translation>
        </message>
        <message>
            <source>The gender in the record is none that the standard knows.</source>
            <translation>Le sexe indiqué dans l’enregistrement est inconnu de la norme.</translation>
        </message>
        <message>
            <source>The graph is too large: at most {nodes} steps, {depth} deep.</source>
            <translation>Le graphe est trop grand : au plus {nodes} étapes, sur {depth} niveaux.</translation>
        </message>
        <message>
            <source>The graph of the use case</source>
            <translation>Le graphe du cas d’usage</translation>
        </message>
        <message>
            <source>The hair colour in the record is none that the standard knows.</source>
            <translation>La couleur des cheveux de l’enregistrement est inconnue de la norme.</translation>
        </message>
        <message>
            <source>The hand lies at an angle. Turn it so that the fingers point straight up.</source>
            <translation>La main est de travers. Tournez-la pour que les doigts pointent vers le haut.</translation>
        </message>
        <message>
            <source>The head did not turn far enough to judge this.</source>
            <translation>La tête n’a pas assez tourné pour en juger.</translation>
        </message>
        <message>
            <source>The hub's data was sealed with another center's key. Give the hub the key it was set up with.</source>
            <translation>Les données du concentrateur ont été scellées avec la clé d’un autre centre. Donnez-lui la clé de son installation.</translation>
        </message>
        <message>
            <source>The hub's data was written by a newer version of Muster. Update the program.</source>
            <translation>Les données du concentrateur ont été écrites par une version plus récente de Muster. Mettez le programme à jour.</translation>
        </message>
        <message>
            <source>The hub's database cannot be reached. What was sent is kept at the station.</source>
            <translation>La base de données du concentrateur est injoignable. Ce qui a été envoyé est conservé au poste.</translation>
        </message>
        <message>
            <source>The hub's settings cannot be read: {file}.</source>
            <translation>Les réglages du concentrateur sont illisibles : {file}.</translation>
        </message>
        <message>
            <source>The hub's settings have an entry that is none, or is wrong: {name}.</source>
            <translation>Les réglages du concentrateur ont une entrée inconnue ou incorrecte : {name}.</translation>
        </message>
        <message>
            <source>The identity provider cannot be asked just now. Try again later.</source>
            <translation>Le fournisseur d’identité ne peut pas être interrogé en ce moment. Réessayez plus tard.</translation>
        </message>
        <message>
            <source>The identity provider did not confirm the sign-in. Begin this step again.</source>
            <translation>Le fournisseur d’identité n’a pas confirmé la connexion. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The identity provider did not tell something about the person that is needed here.</source>
            <translation>Le fournisseur d’identité n’a pas communiqué une information sur la personne qui est nécessaire ici.</translation>
        </message>
        <message>
            <source>The identity provider does not accept this station. Tell your administrator.</source>
            <translation>Le fournisseur d’identité n’accepte pas ce poste. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity provider does not offer what a sign-in needs. Tell your administrator.</source>
            <translation>Le fournisseur d’identité n’offre pas ce qu’exige une connexion. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity provider does not say when the person signed in, so it may have been somebody before. Tell your administrator.</source>
            <translation>Le fournisseur d’identité ne dit pas quand la personne s’est connectée : ce pourrait être quelqu’un d’avant. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity provider has a problem just now. Try again later.</source>
            <translation>Le fournisseur d’identité a un problème en ce moment. Réessayez plus tard.</translation>
        </message>
        <message>
            <source>The identity provider sent no proof of the sign-in. Tell your administrator.</source>
            <translation>Le fournisseur d’identité n’a envoyé aucune preuve de la connexion. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity provider sent the browser back without an answer. Begin this step again.</source>
            <translation>Le fournisseur d’identité a renvoyé le navigateur sans réponse. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The identity provider signed its proof in a way that this station does not accept.</source>
            <translation>Le fournisseur d’identité a signé sa preuve d’une façon que ce poste n’accepte pas.</translation>
        </message>
        <message>
            <source>The identity provider signed its proof with a key that it does not publish.</source>
            <translation>Le fournisseur d’identité a signé sa preuve avec une clé qu’il ne publie pas.</translation>
        </message>
        <message>
            <source>The identity provider told about another person than the one who signed in.</source>
            <translation>Le fournisseur d’identité a donné des informations sur une autre personne que celle qui s’est connectée.</translation>
        </message>
        <message>
            <source>The identity provider told of an earlier sign-in, perhaps somebody else's. Sign in again at the provider.</source>
            <translation>Le fournisseur d’identité a fait état d’une connexion antérieure, peut-être celle d’une autre personne. Connectez-vous de nouveau chez le fournisseur.</translation>
        </message>
        <message>
            <source>The identity provider's description of itself does not fit its address. Tell your administrator.</source>
            <translation>La description que le fournisseur d’identité donne de lui-même ne correspond pas à son adresse. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity provider's proof belongs to another sign-in than this one.</source>
            <translation>La preuve du fournisseur d’identité appartient à une autre connexion que celle-ci.</translation>
        </message>
        <message>
            <source>The identity provider's proof does not belong to the access that came with it.</source>
            <translation>La preuve du fournisseur d’identité ne correspond pas à l’accès qui l’accompagne.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in cannot be read.</source>
            <translation>La preuve de connexion du fournisseur d’identité est illisible.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is not signed by the provider.</source>
            <translation>La preuve de connexion n’est pas signée par le fournisseur d’identité.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is out of date. Check this computer's clock and sign in again.</source>
            <translation>La preuve de connexion du fournisseur d’identité est périmée. Vérifiez l’horloge de cet ordinateur et connectez-vous de nouveau.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in was made for somebody else.</source>
            <translation>La preuve de connexion du fournisseur d’identité a été faite pour quelqu’un d’autre.</translation>
        </message>
        <message>
            <source>The identity-proofing service answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>Le service de preuve d’identité a répondu par quelque chose d’illisible. Réessayez plus tard ou prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The identity-proofing service did not accept what it was sent. Tell your administrator.</source>
            <translation>Le service de preuve d’identité n’a pas accepté ce qui lui a été envoyé. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity-proofing service does not accept this station's key. Tell your administrator.</source>
            <translation>Le service de preuve d’identité n’accepte pas la clé de ce poste. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The identity-proofing service does not know this person any more. Begin this step again.</source>
            <translation>Le service de preuve d’identité ne connaît plus cette personne. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The introducer looks like the officer</source>
            <translation>L’introducteur ressemble à l’agent</translation>
        </message>
        <message>
            <source>The introducer's number</source>
            <translation>Le numéro du garant</translation>
        </message>
        <message>
            <source>The issuer has revoked the certificate that signed this chip.</source>
            <translation>L’émetteur a révoqué le certificat qui a signé cette puce.</translation>
        </message>
        <message>
            <source>The issuer has withdrawn the credential that the wallet showed, or suspended it.</source>
            <translation>L’émetteur a révoqué ou suspendu l’attestation présentée par le portefeuille numérique.</translation>
        </message>
        <message>
            <source>The issuer signed a file ({file}) that the chip does not give. It may be a copy.</source>
            <translation>L’émetteur a signé un fichier ({file}) que la puce ne donne pas. C’est peut-être une copie.</translation>
        </message>
        <message>
            <source>The issuer's signature on the chip is wrong. The chip's contents are not genuine.</source>
            <translation>La signature de l’émetteur sur la puce est fausse. Le contenu de la puce n’est pas authentique.</translation>
        </message>
        <message>
            <source>The key and certificate by which wallets know this station cannot be used. Tell your administrator.</source>
            <translation>La clé et le certificat par lesquels les portefeuilles numériques reconnaissent ce poste sont inutilisables. Parlez-en à votre administrateur.</translation>
        </message>
        <message>
            <source>The key file cannot be read: it must be an RSA key in PEM or DER form, or the public key of a TPM.</source>
            <translation>Le fichier de clé est illisible : il doit contenir une clé RSA au format PEM ou DER, ou la clé publique d’un TPM.</translation>
        </message>
        <message>
            <source>The key in station.json does not belong to this folder: two stations were mixed up. Nothing was changed; put the right station.json back.</source>
            <translation>La clé de station.json n’appartient pas à ce dossier : deux postes ont été confondus. Rien n’a été modifié ; remettez le bon station.json.</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer cannot be used: there is none, or it is locked. Sign in to the computer's desktop and unlock it.</source>
            <translation>Le trousseau de clés de votre compte sur cet ordinateur ne peut pas être utilisé : il n’y en a pas, ou il est verrouillé. Ouvrez une session sur le bureau de l’ordinateur et déverrouillez-le.</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer does not hold this station's key: it is another account or another computer. What was registered is kept here. Call your administrator.</source>
            <translation>Le trousseau de clés de votre compte sur cet ordinateur ne contient pas la clé de ce poste : c’est un autre compte ou un autre ordinateur. Ce qui a été enregistré est conservé ici. Appelez votre administrateur.</translation>
        </message>
        <message>
            <source>The kind of impression in the record is none that the standard knows.</source>
            <translation>Le type d’empreinte de l’enregistrement est inconnu de la norme.</translation>
        </message>
        <message>
            <source>The last of the days lies before the first.</source>
            <translation>Le dernier des jours est antérieur au premier.</translation>
        </message>
        <message>
            <source>The light or the camera is poor</source>
            <translation>La lumière ou la caméra est mauvaise</translation>
        </message>
        <message>
            <source>The lines on the chip are not those that opened it: number, birth or expiry differ from the printed page.</source>
            <translation>Les lignes de la puce ne sont pas celles qui l’ont ouverte : le numéro, la naissance ou l’expiration diffèrent de la page imprimée.</translation>
        </message>
        <message>
            <source>The list comes from station {station}, which was not accepted here. A supervisor may accept its key: {fingerprint}.</source>
            <translation>La liste vient de la station {station}, qui n’a pas été acceptée ici. Un superviseur peut accepter sa clé : {fingerprint}.</translation>
        </message>
        <message>
            <source>The list for a review cannot be read: {part} is missing or has a wrong form.</source>
            <translation>La liste à examiner est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>The list hangs on {parent}, which is no list of this form.</source>
            <translation>La liste dépend de {parent}, qui n’est pas une liste de ce formulaire.</translation>
        </message>
        <message>
            <source>The list is for another station.</source>
            <translation>La liste est destinée à une autre station.</translation>
        </message>
        <message>
            <source>The list of those who may sign in here is damaged: users.json.</source>
            <translation>La liste des personnes autorisées à se connecter ici est endommagée : users.json.</translation>
        </message>
        <message>
            <source>The list of what is on the drive cannot be read: {part} is missing or has a wrong form.</source>
            <translation>La liste du contenu du support est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>The list of {field} has no entries: nobody could choose anything.</source>
            <translation>La liste de {field} est vide : personne ne pourrait rien choisir.</translation>
        </message>
        <message>
            <source>The list on this drive was changed or cut off after its station had signed it. Nothing was taken; hand over again.</source>
            <translation>La liste de ce support a été modifiée ou coupée après sa signature par son poste. Rien n’a été repris ; refaites la remise.</translation>
        </message>
        <message>
            <source>The list was changed or cut off after its station had signed it. Nothing was taken.</source>
            <translation>La liste a été modifiée ou coupée après la signature de sa station. Rien n’a été repris.</translation>
        </message>
        <message>
            <source>The lists {fields} hang on one another in a circle.</source>
            <translation>Les listes {fields} dépendent les unes des autres en cercle.</translation>
        </message>
        <message>
            <source>The machine-readable lines of the document are not complete.</source>
            <translation>Les lignes lisibles par machine du document ne sont pas complètes.</translation>
        </message>
        <message>
            <source>The mail server offers no secure connection, so no code was sent. Tell your administrator.</source>
            <translation>Le serveur de messagerie n’offre pas de connexion sécurisée ; aucun code n’a donc été envoyé. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The message with the code was not taken. Check the address, or take another way.</source>
            <translation>Le message contenant le code n’a pas été accepté. Vérifiez l’adresse, ou choisissez un autre moyen.</translation>
        </message>
        <message>
            <source>The method {method} is for one tenant and does not say which.</source>
            <translation>La méthode {method} est réservée à une organisation et ne dit pas laquelle.</translation>
        </message>
        <message>
            <source>The method {method} stands in the proofing configuration twice.</source>
            <translation>La méthode {method} figure deux fois dans la configuration de vérification.</translation>
        </message>
        <message>
            <source>The network that recognises faces has no threshold for searching among many.</source>
            <translation>Le réseau qui reconnaît les visages n’a pas de seuil pour la recherche parmi plusieurs personnes.</translation>
        </message>
        <message>
            <source>The note must not lie in the station's own folder: choose a drive that is kept elsewhere.</source>
            <translation>La note ne doit pas se trouver dans le dossier du poste : choisissez un support conservé ailleurs.</translation>
        </message>
        <message>
            <source>The number of the representation in the record is wrong.</source>
            <translation>Le numéro de la représentation dans l’enregistrement est incorrect.</translation>
        </message>
        <message>
            <source>The officer alone says that the person was there</source>
            <translation>L’agent seul dit que la personne était là</translation>
        </message>
        <message>
            <source>The officer marks many exceptions</source>
            <translation>L’agent marque beaucoup d’exceptions</translation>
        </message>
        <message>
            <source>The one that costs least</source>
            <translation>Celle qui coûte le moins</translation>
        </message>
        <message>
            <source>The one that proves most</source>
            <translation>Celle qui prouve le plus</translation>
        </message>
        <message>
            <source>The orientation in the record is none that the standard knows.</source>
            <translation>L’orientation indiquée dans l’enregistrement est inconnue de la norme.</translation>
        </message>
        <message>
            <source>The pack of networks {folder} does not say how its networks are used.</source>
            <translation>Le lot de réseaux {folder} ne dit pas comment ses réseaux s’utilisent.</translation>
        </message>
        <message>
            <source>The pack of networks {folder} is not signed by a key this station trusts.</source>
            <translation>Le lot de réseaux {folder} n’est pas signé par une clé à laquelle ce poste fait confiance.</translation>
        </message>
        <message>
            <source>The packet has a part with a name that is not understood.</source>
            <translation>Le paquet comporte une partie dont le nom n’est pas reconnu.</translation>
        </message>
        <message>
            <source>The packet has more parts than any client makes.</source>
            <translation>Le paquet contient plus de parties qu’aucun logiciel d’inscription n’en crée.</translation>
        </message>
        <message>
            <source>The packet holds a file that no field names: {field}.</source>
            <translation>Le paquet contient un fichier qu’aucun champ ne nomme : {field}.</translation>
        </message>
        <message>
            <source>The packet holds no part that could be opened.</source>
            <translation>Le paquet ne contient aucune partie qui ait pu être ouverte.</translation>
        </message>
        <message>
            <source>The packet is larger than the server takes (its code: {server_code}). Have the server's limit raised and try again, or register the person anew with smaller pictures of the documents.</source>
            <translation>Le paquet est plus grand que ce que le serveur accepte (son code : {server_code}). Faites relever la limite du serveur et réessayez, ou enregistrez de nouveau la personne avec des images de documents plus petites.</translation>
        </message>
        <message>
            <source>The packet is not sent: no supervisor has approved it.</source>
            <translation>Le paquet n’est pas envoyé : aucun superviseur ne l’a approuvé.</translation>
        </message>
        <message>
            <source>The packet is on the list and not on the drive.</source>
            <translation>Le paquet figure sur la liste, mais pas sur le support.</translation>
        </message>
        <message>
            <source>The packet is sealed: the proof of this identity can be taken.</source>
            <translation>Le paquet est scellé : la preuve de cette identité peut être retirée.</translation>
        </message>
        <message>
            <source>The packet lacks the file that the field {field} names.</source>
            <translation>Il manque au paquet le fichier que nomme le champ {field}.</translation>
        </message>
        <message>
            <source>The packet names an old client, of which no signatures of devices are asked.</source>
            <translation>Le paquet nomme un ancien client, auquel on ne demande pas de signatures d’appareils.</translation>
        </message>
        <message>
            <source>The packet waits in the outbox.</source>
            <translation>Le paquet attend dans la boîte d’envoi.</translation>
        </message>
        <message>
            <source>The packet's archive cannot be read.</source>
            <translation>L’archive du paquet est illisible.</translation>
        </message>
        <message>
            <source>The packet's archive has an entry with a forbidden name.</source>
            <translation>L’archive du paquet contient une entrée dont le nom est interdit.</translation>
        </message>
        <message>
            <source>The packet's archive has two entries of the same name.</source>
            <translation>L’archive du paquet contient deux entrées du même nom.</translation>
        </message>
        <message>
            <source>The packet's archive is larger unpacked than any packet may be.</source>
            <translation>Décompressée, l’archive du paquet dépasse la taille autorisée pour un paquet.</translation>
        </message>
        <message>
            <source>The packet's biometric file has an exception that its description does not name.</source>
            <translation>Le fichier biométrique du paquet contient une exception que sa description ne nomme pas.</translation>
        </message>
        <message>
            <source>The packet's description cannot be read: {part} has a wrong form.</source>
            <translation>La description du paquet est illisible : la forme de {part} est incorrecte.</translation>
        </message>
        <message>
            <source>The packet's description does not tell when it was made.</source>
            <translation>La description du paquet n’indique pas quand il a été fait.</translation>
        </message>
        <message>
            <source>The packet's description lacks {field}.</source>
            <translation>Il manque {field} à la description du paquet.</translation>
        </message>
        <message>
            <source>The packet's description names an exception that its biometric file does not have.</source>
            <translation>La description du paquet nomme une exception que son fichier biométrique ne contient pas.</translation>
        </message>
        <message>
            <source>The packet's description names another station than the packet.</source>
            <translation>La description du paquet nomme un autre poste que le paquet.</translation>
        </message>
        <message>
            <source>The packet's file was changed or damaged on the way.</source>
            <translation>Le fichier du paquet a été modifié ou endommagé en chemin.</translation>
        </message>
        <message>
            <source>The packet's number has a form that no packet has.</source>
            <translation>Le numéro du paquet n’a pas la forme d’un numéro de paquet.</translation>
        </message>
        <message>
            <source>The packets come from station {station}, which this station does not know. A supervisor may accept its key: {fingerprint}.</source>
            <translation>Les paquets viennent du poste {station}, que ce poste ne connaît pas. Un superviseur peut accepter sa clé : {fingerprint}.</translation>
        </message>
        <message>
            <source>The page came out black. Close the cover; if that does not help, the lamp is broken.</source>
            <translation>La page est noire. Fermez le couvercle ; si cela ne suffit pas, la lampe est défectueuse.</translation>
        </message>
        <message>
            <source>The page is not sharp enough to judge this.</source>
            <translation>La page n’est pas assez nette pour en juger.</translation>
        </message>
        <message>
            <source>The page is not sharp. Hold the camera still, or scan it again.</source>
            <translation>La page n’est pas nette. Tenez l’appareil immobile, ou numérisez-la de nouveau.</translation>
        </message>
        <message>
            <source>The page is too dark. Take it in better light.</source>
            <translation>La page est trop sombre. Prenez-la sous une meilleure lumière.</translation>
        </message>
        <message>
            <source>The page was taken from the side. Hold the camera straight above it.</source>
            <translation>La page a été prise de côté. Tenez l’appareil bien au-dessus.</translation>
        </message>
        <message>
            <source>The passport's zone</source>
            <translation>La zone du passeport</translation>
        </message>
        <message>
            <source>The password file {file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>Le fichier de mot de passe {file} n’est pas un texte brut en UTF-8. Enregistrez-le en UTF-8.</translation>
        </message>
        <message>
            <source>The password is too short: use at least {length} characters.</source>
            <translation>Le mot de passe est trop court : utilisez au moins {length} caractères.</translation>
        </message>
        <message>
            <source>The password is wrong. Try again.</source>
            <translation>Le mot de passe est incorrect. Réessayez.</translation>
        </message>
        <message>
            <source>The passwords of this demo station are gone: demo-credentials.json is missing or damaged. Begin a new demo in another folder.</source>
            <translation>Les mots de passe de ce poste de démonstration ont disparu : demo-credentials.json est absent ou endommagé. Commencez une nouvelle démonstration dans un autre dossier.</translation>
        </message>
        <message>
            <source>The person</source>
            <translation>La personne</translation>
        </message>
        <message>
            <source>The person agreed at {at}.</source>
            <translation>La personne a donné son accord à {at}.</translation>
        </message>
        <message>
            <source>The person agrees</source>
            <translation>La personne accepte</translation>
        </message>
        <message>
            <source>The person checks this on their screen and answers there; or you ask them.</source>
            <translation>La personne vérifie ceci sur son écran et y répond ; ou vous lui posez la question.</translation>
        </message>
        <message>
            <source>The person chooses this</source>
            <translation>La personne choisit ceci</translation>
        </message>
        <message>
            <source>The person confirms</source>
            <translation>La personne confirme</translation>
        </message>
        <message>
            <source>The person did not agree in the wallet. It can be tried again.</source>
            <translation>La personne n’a pas donné son accord dans le portefeuille numérique. Elle peut réessayer.</translation>
        </message>
        <message>
            <source>The person did not agree.</source>
            <translation>La personne n’a pas donné son accord.</translation>
        </message>
        <message>
            <source>The person did not agree. The registration is over and nothing of it is kept.</source>
            <translation>La personne n’a pas donné son accord. L’inscription est terminée et rien n’en est conservé.</translation>
        </message>
        <message>
            <source>The person did not share anything at the identity provider. It can be tried again.</source>
            <translation>La personne n’a rien partagé auprès du fournisseur d’identité. On peut réessayer.</translation>
        </message>
        <message>
            <source>The person does not agree</source>
            <translation>La personne n’est pas d’accord</translation>
        </message>
        <message>
            <source>The person ended the sharing of records. It can be begun again.</source>
            <translation>La personne a mis fin au partage de ses données. Il peut être recommencé.</translation>
        </message>
        <message>
            <source>The person goes on in the browser: turn the screen to them. The answer comes by itself.</source>
            <translation>La personne continue dans le navigateur : tournez l’écran vers elle. La réponse arrive d’elle-même.</translation>
        </message>
        <message>
            <source>The person has to agree first: {consents}.</source>
            <translation>La personne doit d’abord donner son accord : {consents}.</translation>
        </message>
        <message>
            <source>The person has yet to prove who they are.</source>
            <translation>La personne doit encore prouver qui elle est.</translation>
        </message>
        <message>
            <source>The person is registered already</source>
            <translation>La personne est déjà enregistrée</translation>
        </message>
        <message>
            <source>The person lays the finger on the reader.</source>
            <translation>La personne pose le doigt sur le lecteur.</translation>
        </message>
        <message>
            <source>The person reads this on their screen and answers there; or you ask them.</source>
            <translation>La personne lit ceci sur son écran et y répond ; ou vous lui posez la question.</translation>
        </message>
        <message>
            <source>The person reads this on their screen and signs there.</source>
            <translation>La personne lit ceci sur son écran et y signe.</translation>
        </message>
        <message>
            <source>The person reads this with the app on their telephone.</source>
            <translation>La personne lit ceci avec l’application de son téléphone.</translation>
        </message>
        <message>
            <source>The person said at {at}: this is right.</source>
            <translation>La personne a dit à {at} : c’est exact.</translation>
        </message>
        <message>
            <source>The person said on their screen that something is wrong: {count} times.</source>
            <translation>La personne a dit sur son écran que quelque chose est faux : {count} fois.</translation>
        </message>
        <message>
            <source>The person said that something is wrong</source>
            <translation>La personne a dit que quelque chose est faux</translation>
        </message>
        <message>
            <source>The person said that something is wrong. Ask what it is, correct it and show it to them again.</source>
            <translation>La personne a dit qu’il y a une erreur. Demandez laquelle, corrigez-la et montrez-lui de nouveau.</translation>
        </message>
        <message>
            <source>The person says that something is wrong. Ask what it is and correct it.</source>
            <translation>La personne dit qu’il y a une erreur. Demandez laquelle et corrigez-la.</translation>
        </message>
        <message>
            <source>The person shows a document</source>
            <translation>La personne montre un document</translation>
        </message>
        <message>
            <source>The person signs here to agree. Ask them to sign.</source>
            <translation>La personne signe ici pour donner son accord. Demandez-lui de signer.</translation>
        </message>
        <message>
            <source>The person signs this themselves: show it to them.</source>
            <translation>La personne signe elle-même : montrez-lui cette page.</translation>
        </message>
        <message>
            <source>The person who brings the child has to be confirmed by a supervisor.</source>
            <translation>La personne qui accompagne l’enfant doit être confirmée par un superviseur.</translation>
        </message>
        <message>
            <source>The person's screen in a window</source>
            <translation>L’écran de la personne dans une fenêtre</translation>
        </message>
        <message>
            <source>The photo that shows what cannot be captured is missing. Take it first.</source>
            <translation>Il manque la photo qui montre ce qui ne peut pas être enregistré. Prenez-la d’abord.</translation>
        </message>
        <message>
            <source>The picture could not be accepted. Ask the person to look into the camera again.</source>
            <translation>L’image n’a pas pu être acceptée. Demandez à la personne de regarder de nouveau la caméra.</translation>
        </message>
        <message>
            <source>The picture does not show what is around the page.</source>
            <translation>L’image ne montre pas ce qui entoure la page.</translation>
        </message>
        <message>
            <source>The picture does not tell a left eye from a right one.</source>
            <translation>L’image ne permet pas de distinguer l’œil gauche du droit.</translation>
        </message>
        <message>
            <source>The picture in the record is compressed to less than a fifteenth of its size.</source>
            <translation>L’image de l’enregistrement est compressée à moins d’un quinzième de sa taille.</translation>
        </message>
        <message>
            <source>The picture in the record is cut off or damaged.</source>
            <translation>L’image de l’enregistrement est coupée ou endommagée.</translation>
        </message>
        <message>
            <source>The picture in the record is no JPEG 2000 file.</source>
            <translation>L’image de l’enregistrement n’est pas un fichier JPEG 2000.</translation>
        </message>
        <message>
            <source>The picture in the record is not compressed as the record says.</source>
            <translation>L’image de l’enregistrement n’est pas compressée comme l’enregistrement l’indique.</translation>
        </message>
        <message>
            <source>The picture in the record is not grey with 8 bits.</source>
            <translation>L’image de l’enregistrement n’est pas en niveaux de gris sur 8 bits.</translation>
        </message>
        <message>
            <source>The picture in the record is not in colour (RGB) with 8 bits per channel.</source>
            <translation>L’image de l’enregistrement n’est pas en couleurs (RVB) avec 8 bits par canal.</translation>
        </message>
        <message>
            <source>The picture in the record was compressed with loss.</source>
            <translation>L’image de l’enregistrement a été compressée avec perte.</translation>
        </message>
        <message>
            <source>The picture inside the record cannot be decoded.</source>
            <translation>L’image contenue dans l’enregistrement ne peut pas être décodée.</translation>
        </message>
        <message>
            <source>The picture inside the record is cut into more pieces than any device makes.</source>
            <translation>L’image de l’enregistrement est découpée en plus de morceaux que n’en produit un appareil.</translation>
        </message>
        <message>
            <source>The picture inside the record is larger than any device makes.</source>
            <translation>L’image contenue dans l’enregistrement est plus grande que celle de n’importe quel appareil.</translation>
        </message>
        <message>
            <source>The picture is black. Take the cover off the {kind} and turn on the light.</source>
            <translation>L’image est noire. Retirez le cache de l’appareil ({kind}) et allumez la lumière.</translation>
        </message>
        <message>
            <source>The picture is cut off or damaged. Copy it again.</source>
            <translation>L’image est incomplète ou endommagée. Copiez-la à nouveau.</translation>
        </message>
        <message>
            <source>The picture is kept. It can be taken again.</source>
            <translation>La photo est gardée. Elle peut être reprise.</translation>
        </message>
        <message>
            <source>The picture is neither too dark nor too bright.</source>
            <translation>L’image n’est ni trop sombre ni trop claire.</translation>
        </message>
        <message>
            <source>The picture is too coarse. Go nearer, or scan at a higher resolution.</source>
            <translation>L’image est trop grossière. Approchez-vous, ou numérisez à une résolution plus élevée.</translation>
        </message>
        <message>
            <source>The picture is too large. Use at most 64 million pixels.</source>
            <translation>L’image est trop grande. Ne dépassez pas 64 millions de pixels.</translation>
        </message>
        <message>
            <source>The picture is white. Turn the {kind} away from the light or the window.</source>
            <translation>L’image est blanche. Détournez l’appareil ({kind}) de la lumière ou de la fenêtre.</translation>
        </message>
        <message>
            <source>The picture looks more like the other eye than like the one that the record says it is.</source>
            <translation>L’image ressemble davantage à l’autre œil qu’à celui qu’indique l’enregistrement.</translation>
        </message>
        <message>
            <source>The picture of the {kind} cannot be read. Try again.</source>
            <translation>L’image de l’appareil ({kind}) est illisible. Réessayez.</translation>
        </message>
        <message>
            <source>The picture shows no fingerprint ridges.</source>
            <translation>L’image ne montre aucune crête papillaire.</translation>
        </message>
        <message>
            <source>The picture stands still, to the last dot. Unplug the {kind}, plug it in and test it again.</source>
            <translation>L’image est figée, au point près. Débranchez l’appareil ({kind}), rebranchez-le et testez-le à nouveau.</translation>
        </message>
        <message>
            <source>The picture that the camera signed does not show the face that was before it. Take the picture again.</source>
            <translation>L’image signée par la caméra ne montre pas le visage qui se trouvait devant elle. Refaites la prise de vue.</translation>
        </message>
        <message>
            <source>The picture was compressed too much. Take one of better quality.</source>
            <translation>L’image a été trop compressée. Prenez-en une de meilleure qualité.</translation>
        </message>
        <message>
            <source>The picture was taken without colours.</source>
            <translation>L’image a été prise sans couleurs.</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is higher than that of the capture.</source>
            <translation>Dans l’enregistrement, la résolution de l’image est supérieure à celle de la capture.</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is not the same in both directions.</source>
            <translation>La résolution de l’image indiquée dans l’enregistrement n’est pas la même dans les deux sens.</translation>
        </message>
        <message>
            <source>The place for packets cannot be reached. What was sent is kept at the station.</source>
            <translation>L’emplacement des paquets est injoignable. Ce qui a été envoyé est conservé au poste.</translation>
        </message>
        <message>
            <source>The places have no level {level}: the list of {field} would be empty.</source>
            <translation>Les lieux n’ont pas de niveau {level} : la liste de {field} serait vide.</translation>
        </message>
        <message>
            <source>The plots cannot be written into the folder {folder}.</source>
            <translation>Les courbes ne peuvent pas être écrites dans le dossier {folder}.</translation>
        </message>
        <message>
            <source>The portrait in the document's chip cannot be compared by the station. Compare it with the person yourself.</source>
            <translation>Le poste ne peut pas comparer le portrait de la puce du document. Comparez-le vous-même avec la personne.</translation>
        </message>
        <message>
            <source>The portrait of a document does not look like the face that was captured: likeness {score}, the same from {threshold} on.</source>
            <translation>Le portrait d’un document ne ressemble pas au visage saisi : ressemblance {score}, la même personne à partir de {threshold}.</translation>
        </message>
        <message>
            <source>The portrait of a document looks like somebody else</source>
            <translation>Le portrait d’un document ressemble à quelqu’un d’autre</translation>
        </message>
        <message>
            <source>The pre-registration cannot be read: {part} is missing or has a wrong form.</source>
            <translation>La préinscription est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>The print is too dark. Press a little more lightly, and dry the finger if it is wet.</source>
            <translation>L’empreinte est trop sombre. Appuyez un peu moins fort, et séchez le doigt s’il est mouillé.</translation>
        </message>
        <message>
            <source>The print is too light. Press a little harder, and moisten the finger if it is dry.</source>
            <translation>L’empreinte est trop claire. Appuyez un peu plus fort, et humidifiez le doigt s’il est sec.</translation>
        </message>
        <message>
            <source>The printed text</source>
            <translation>Le texte imprimé</translation>
        </message>
        <message>
            <source>The printer did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>L’imprimante n’a pas accepté le reçu. Vérifiez qu’elle est allumée et qu’elle a du papier, puis imprimez de nouveau.</translation>
        </message>
        <message>
            <source>The printer {printer} did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>L’imprimante {printer} n’a pas pris le reçu. Vérifiez qu’elle est allumée et a du papier, puis imprimez de nouveau.</translation>
        </message>
        <message>
            <source>The program cannot judge this. Look yourself.</source>
            <translation>Le programme ne peut pas en juger. Regardez vous-même.</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM answered something that cannot be understood. Ask your administrator to install 'tpm2-tools' again.</source>
            <translation>Les programmes qui communiquent avec le TPM de cet ordinateur ont donné une réponse incompréhensible. Demandez à votre administrateur de réinstaller « tpm2-tools ».</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM are missing. Ask your administrator to install 'tpm2-tools'.</source>
            <translation>Les programmes qui communiquent avec le TPM de cet ordinateur sont absents. Demandez à votre administrateur d’installer « tpm2-tools ».</translation>
        </message>
        <message>
            <source>The proof can be taken once the packet is sealed. Finish the registration first.</source>
            <translation>La preuve peut être retirée une fois le paquet scellé. Terminez d’abord l’inscription.</translation>
        </message>
        <message>
            <source>The proof cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>La preuve ne peut pas être écrite dans {file}. Indiquez un fichier dans un dossier existant.</translation>
        </message>
        <message>
            <source>The proof is saved as {file}. Keep it: it cannot be taken again.</source>
            <translation>La preuve est enregistrée dans {file}. Conservez-la : elle ne peut pas être retirée une seconde fois.</translation>
        </message>
        <message>
            <source>The proof is written to one signed file, which you keep; here the case is closed for good, and what it rests on is destroyed (pieces of evidence: {pieces}, files: {files}).</source>
            <translation>La preuve est écrite dans un seul fichier signé, que vous conservez ; ici, le dossier est clos définitivement et ce sur quoi elle repose est détruit (éléments de preuve : {pieces}, fichiers : {files}).</translation>
        </message>
        <message>
            <source>The proof of identity</source>
            <translation>La preuve d’identité</translation>
        </message>
        <message>
            <source>The proof of the sign-in is from another identity provider than the one that was asked.</source>
            <translation>La preuve de connexion vient d’un autre fournisseur d’identité que celui qui a été interrogé.</translation>
        </message>
        <message>
            <source>The proof of this identity was taken already and what it rests on was destroyed. Ask whoever keeps the file.</source>
            <translation>La preuve de cette identité a déjà été retirée et ce sur quoi elle repose a été détruit. Adressez-vous à qui garde le fichier.</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for a kind of credential that this program does not read.</source>
            <translation>La configuration de vérification demande aux portefeuilles numériques un type d’attestation que ce programme ne lit pas.</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for something in a way that cannot be used.</source>
            <translation>La configuration de vérification formule une demande aux portefeuilles numériques d’une façon inutilisable.</translation>
        </message>
        <message>
            <source>The proofing configuration cannot be read: it is no JSON object.</source>
            <translation>La configuration de vérification ne peut pas être lue : ce n’est pas un objet JSON.</translation>
        </message>
        <message>
            <source>The proofing configuration has a missing or wrong value at {place}.</source>
            <translation>La configuration de vérification a une valeur absente ou fausse à {place}.</translation>
        </message>
        <message>
            <source>The proofing configuration has keys nobody knows, perhaps misspelt: {keys}.</source>
            <translation>La configuration de vérification a des clés inconnues, peut-être mal écrites : {keys}.</translation>
        </message>
        <message>
            <source>The proofing configuration has no known _type at {place}.</source>
            <translation>La configuration de vérification n’a pas de _type connu à {place}.</translation>
        </message>
        <message>
            <source>The proofing configuration names no service that could be asked.</source>
            <translation>La configuration des preuves ne nomme aucun service à interroger.</translation>
        </message>
        <message>
            <source>The proofing configuration names no such service.</source>
            <translation>La configuration de vérification ne nomme aucun service de ce nom.</translation>
        </message>
        <message>
            <source>The proofing use case {use_case} is switched off.</source>
            <translation>Le cas d’usage de vérification {use_case} est désactivé.</translation>
        </message>
        <message>
            <source>The pupil is very narrow. Make the room darker.</source>
            <translation>La pupille est très étroite. Assombrissez la pièce.</translation>
        </message>
        <message>
            <source>The pupil is very wide. Make the room brighter.</source>
            <translation>La pupille est très dilatée. Éclairez davantage la pièce.</translation>
        </message>
        <message>
            <source>The quality is {quality} of 100; at least {threshold} is needed. Take it again.</source>
            <translation>La qualité est de {quality} sur 100 ; il faut au moins {threshold}. Recommencez la capture.</translation>
        </message>
        <message>
            <source>The record carries no quality score.</source>
            <translation>L’enregistrement ne comporte aucune note de qualité.</translation>
        </message>
        <message>
            <source>The record does not say 8 bits per pixel.</source>
            <translation>L’enregistrement n’indique pas 8 bits par pixel.</translation>
        </message>
        <message>
            <source>The record does not say that it holds exactly one finger or one eye.</source>
            <translation>L’enregistrement n’indique pas qu’il contient exactement un doigt ou un œil.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is a grey JPEG 2000 one.</source>
            <translation>L’enregistrement n’indique pas que son image est une image JPEG 2000 en niveaux de gris.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed as an authentication needs it: lossy JPEG 2000, or WSQ for a finger.</source>
            <translation>L’enregistrement n’indique pas que son image est compressée comme l’exige une authentification : JPEG 2000 avec perte, ou WSQ pour un doigt.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed without loss as JPEG 2000.</source>
            <translation>L’enregistrement n’indique pas que son image est compressée sans perte en JPEG 2000.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped and masked around the iris.</source>
            <translation>L’enregistrement n’indique pas que son image est recadrée et masquée autour de l’iris.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped around the iris.</source>
            <translation>L’enregistrement n’indique pas que son image est recadrée autour de l’iris.</translation>
        </message>
        <message>
            <source>The record does not say whether it is the right or the left eye.</source>
            <translation>L’enregistrement n’indique pas s’il s’agit de l’œil droit ou de l’œil gauche.</translation>
        </message>
        <message>
            <source>The record does not say which of the ten fingers it holds.</source>
            <translation>L’enregistrement n’indique pas lequel des dix doigts il contient.</translation>
        </message>
        <message>
            <source>The record ends too early, at byte {offset}.</source>
            <translation>L’enregistrement se termine trop tôt, à l’octet {offset}.</translation>
        </message>
        <message>
            <source>The record holds several pictures; in a registration each has its own record.</source>
            <translation>L’enregistrement contient plusieurs images ; dans une inscription, chacune a son propre enregistrement.</translation>
        </message>
        <message>
            <source>The record names the maker of the device but not the type of the device.</source>
            <translation>L’enregistrement indique le fabricant de l’appareil mais pas son type.</translation>
        </message>
        <message>
            <source>The record of the {kind} breaks a rule of MOSIP ({rule}); a server may refuse it.</source>
            <translation>L’enregistrement de l’appareil ({kind}) enfreint une règle de MOSIP ({rule}) ; un serveur peut le refuser.</translation>
        </message>
        <message>
            <source>The record says that it is one of a sequence of faces.</source>
            <translation>L’enregistrement indique qu’il fait partie d’une séquence de visages.</translation>
        </message>
        <message>
            <source>The record says that its picture is in other colours than 24 bit RGB.</source>
            <translation>L’enregistrement indique que son image est dans d’autres couleurs que RVB 24 bits.</translation>
        </message>
        <message>
            <source>The record was not written: {field} has a value that its place in the record cannot hold.</source>
            <translation>L’enregistrement n’a pas été écrit : {field} a une valeur que sa place dans l’enregistrement ne peut pas contenir.</translation>
        </message>
        <message>
            <source>The record's certification flag is set, which only finger records may have.</source>
            <translation>L’indicateur de certification de l’enregistrement est activé, ce qui n’est permis que pour les doigts.</translation>
        </message>
        <message>
            <source>The records do not say something about the person that is needed here.</source>
            <translation>Les données ne disent pas une chose nécessaire ici au sujet de la personne.</translation>
        </message>
        <message>
            <source>The records that are asked for are not set up with MiTrust. Tell your supervisor.</source>
            <translation>Les données demandées ne sont pas configurées chez MiTrust. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The registration has no audit record. Call your supervisor.</source>
            <translation>L’inscription n’a pas de journal d’audit. Appelez votre superviseur.</translation>
        </message>
        <message>
            <source>The registration holds a field that the ID schema does not know.</source>
            <translation>L’inscription contient un champ inconnu du schéma d’identité.</translation>
        </message>
        <message>
            <source>The registration is then sealed. Nobody can change or read it at this station any more.</source>
            <translation>L’inscription est ensuite scellée. Personne ne peut plus la modifier ni la lire sur ce poste.</translation>
        </message>
        <message>
            <source>The registration is too large to be sent: {size} kB, and at most {limit} kB can be. Attach smaller pictures of the documents.</source>
            <translation>L’inscription est trop volumineuse pour être envoyée : {size} ko, pour {limit} ko au plus. Joignez des images plus petites des documents.</translation>
        </message>
        <message>
            <source>The registration waits on the desk and goes on here.</source>
            <translation>L’enregistrement attend à l’accueil et reprendra ici.</translation>
        </message>
        <message>
            <source>The registration was changed after it was signed. Check it and sign it again.</source>
            <translation>L’inscription a été modifiée après sa signature. Vérifiez-la et signez-la à nouveau.</translation>
        </message>
        <message>
            <source>The report cannot be written to {file}. Name a file in a folder that is there and that you may write to.</source>
            <translation>Le rapport ne peut pas être écrit dans {file}. Indiquez un fichier dans un dossier qui existe et où vous pouvez écrire.</translation>
        </message>
        <message>
            <source>The report is saved. It holds no picture and nothing about people.</source>
            <translation>Le rapport est enregistré. Il ne contient aucune image ni rien sur des personnes.</translation>
        </message>
        <message>
            <source>The report is written and signed: {file}</source>
            <translation>Le rapport est écrit et signé : {file}</translation>
        </message>
        <message>
            <source>The ridges are smeared. Hold the finger still and do not turn it.</source>
            <translation>Les crêtes sont brouillées. Gardez le doigt immobile et ne le tournez pas.</translation>
        </message>
        <message>
            <source>The same document was handed in for another registration here: {count}.</source>
            <translation>Le même document a été remis pour un autre enregistrement ici : {count}.</translation>
        </message>
        <message>
            <source>The same document was seen before</source>
            <translation>Le même document a déjà été vu</translation>
        </message>
        <message>
            <source>The same eye was presented twice. Take both again, each with its own eye.</source>
            <translation>Le même œil a été présenté deux fois. Reprenez les deux, chacun avec son œil.</translation>
        </message>
        <message>
            <source>The same finger was placed for both: {finger}, {other}. Take both again, each by itself.</source>
            <translation>Le même doigt a été posé pour les deux : {finger}, {other}. Reprenez les deux, chacun séparément.</translation>
        </message>
        <message>
            <source>The same finger, eye or face is there twice, or is there and said to be missing. Take it again.</source>
            <translation>Le même doigt, œil ou visage figure deux fois, ou figure alors qu’il est déclaré absent. Refaites la capture.</translation>
        </message>
        <message>
            <source>The sampling level in the record is none that the standard knows.</source>
            <translation>Le niveau d’échantillonnage de l’enregistrement est inconnu de la norme.</translation>
        </message>
        <message>
            <source>The scanner cannot be reached any more. Look whether it is switched on and connected, and scan again.</source>
            <translation>Le scanner n’est plus joignable. Vérifiez qu’il est allumé et branché, puis numérisez de nouveau.</translation>
        </message>
        <message>
            <source>The scanner cannot draw these sheets in. Lay fewer of them in, straight, and scan again.</source>
            <translation>Le scanner ne peut pas entraîner ces feuilles. Placez-en moins, bien droites, et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>The scanner does not let this station use it. Ask your administrator.</source>
            <translation>Le scanner n’autorise pas ce poste à l’utiliser. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The scanner drew in several sheets at once. Fan them out, lay them in and scan again.</source>
            <translation>Le scanner a entraîné plusieurs feuilles à la fois. Aérez-les, remettez-les en place et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>The scanner hands out pictures in a form this program cannot read. Use another scanner.</source>
            <translation>Le scanner fournit des images dans un format que ce programme ne sait pas lire. Utilisez un autre scanner.</translation>
        </message>
        <message>
            <source>The scanner has no memory left for this page. Switch it off and on, and scan again.</source>
            <translation>Le scanner n’a plus assez de mémoire pour cette page. Éteignez-le, rallumez-le et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>The scanner sends this station to another address, where it does not follow. Ask your administrator.</source>
            <translation>Le scanner renvoie ce poste vers une autre adresse, où il ne le suit pas. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The scanner's answer cannot be read. Switch it off and on, and try again.</source>
            <translation>La réponse du scanner est illisible. Éteignez-le, rallumez-le et réessayez.</translation>
        </message>
        <message>
            <source>The scanner's cover is open. Close it and scan again.</source>
            <translation>Le capot du scanner est ouvert. Fermez-le et numérisez de nouveau.</translation>
        </message>
        <message>
            <source>The sealed packet is gone from this computer's disk. Tell your supervisor.</source>
            <translation>Le paquet scellé a disparu du disque de cet ordinateur. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The sealed packet was changed on this computer's disk. Tell your supervisor.</source>
            <translation>Le paquet scellé a été modifié sur le disque de cet ordinateur. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The server</source>
            <translation>Le serveur</translation>
        </message>
        <message>
            <source>The server cannot be reached. The packet is kept and sent when there is a network.</source>
            <translation>Le serveur est injoignable. Le paquet est conservé et sera envoyé dès que le réseau sera disponible.</translation>
        </message>
        <message>
            <source>The server cannot open the packet (its code: {server_code}). Tell your administrator: its certificate may have changed. The packet is kept.</source>
            <translation>Le serveur ne peut pas ouvrir le paquet (son code : {server_code}). Prévenez votre administrateur : le certificat du serveur a peut-être changé. Le paquet est conservé.</translation>
        </message>
        <message>
            <source>The server cannot take the packet just now (its code: {server_code}). The packet is kept and will be sent again.</source>
            <translation>Le serveur ne peut pas prendre le paquet en ce moment (son code : {server_code}). Le paquet est conservé et sera renvoyé.</translation>
        </message>
        <message>
            <source>The server decides this one.</source>
            <translation>C’est le serveur qui en décide.</translation>
        </message>
        <message>
            <source>The server did not accept the sign-in. Check this computer's clock first, then the name and the password.</source>
            <translation>Le serveur n’a pas accepté la connexion. Vérifiez d’abord l’horloge de cet ordinateur, puis le nom et le mot de passe.</translation>
        </message>
        <message>
            <source>The server did not answer in time. The packet is kept and will be sent again.</source>
            <translation>Le serveur n’a pas répondu à temps. Le paquet est conservé et sera renvoyé.</translation>
        </message>
        <message>
            <source>The server does not accept this station (its code: {server_code}). Tell your administrator.</source>
            <translation>Le serveur n’accepte pas ce poste (son code : {server_code}). Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The server does not ask for this person to come again.</source>
            <translation>Le serveur ne demande pas que cette personne revienne.</translation>
        </message>
        <message>
            <source>The server does not know this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>Le serveur ne connaît pas la clé de ce poste. Faites-y enregistrer celle de son dossier « keys ».</translation>
        </message>
        <message>
            <source>The server does not know this station. Have the station's key registered there first.</source>
            <translation>Le serveur ne connaît pas ce poste. Faites-y d’abord enregistrer la clé du poste.</translation>
        </message>
        <message>
            <source>The server does not say what became of the packets (its code: {server_code}).</source>
            <translation>Le serveur ne dit pas ce que sont devenus les paquets (son code : {server_code}).</translation>
        </message>
        <message>
            <source>The server does not sign with the certificate of this fingerprint. Compare it again.</source>
            <translation>Le serveur ne signe pas avec le certificat de cette empreinte. Comparez-la de nouveau.</translation>
        </message>
        <message>
            <source>The server does not tell this station what it asks for (its code: {server_code}). Tell your administrator.</source>
            <translation>Le serveur ne communique pas à ce poste ce qu’il demande (son code : {server_code}). Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The server expects something else than this packet, even after it was announced anew (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>Le serveur attend autre chose que ce paquet, même après une nouvelle annonce (son code : {server_code}). Prévenez votre administrateur ; le paquet est conservé.</translation>
        </message>
        <message>
            <source>The server has a problem (status {status}). The packet is kept and will be sent again.</source>
            <translation>Le serveur rencontre un problème (état {status}). Le paquet est conservé et sera renvoyé.</translation>
        </message>
        <message>
            <source>The server has no certificate for this station (its code: {server_code}). Register the station there first.</source>
            <translation>Le serveur n’a pas de certificat pour ce poste (son code : {server_code}). Déclarez d’abord le poste auprès du serveur.</translation>
        </message>
        <message>
            <source>The server has no open request with the number this correction answers (its code: {server_code}). Tell your supervisor.</source>
            <translation>Le serveur n’a aucune demande ouverte portant le numéro auquel répond cette correction (son code : {server_code}). Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The server has no pre-registration of this number any more, or never had. Compare the number with the person's letter; if it is right, it was used or cancelled: fill in the form with the person.</source>
            <translation>Le serveur n’a plus de préinscription de ce numéro, ou n’en a jamais eu. Comparez le numéro avec la lettre de la personne ; s’il est juste, elle a été utilisée ou annulée : remplissez le formulaire avec la personne.</translation>
        </message>
        <message>
            <source>The server has no such pre-registration for this centre (its code: {server_code}). Compare the number, or go on without it.</source>
            <translation>Le serveur n’a pas cette préinscription pour ce centre (son code : {server_code}). Comparez le numéro, ou continuez sans elle.</translation>
        </message>
        <message>
            <source>The server has not said that it processed the packet, so it is kept.</source>
            <translation>Le serveur n’a pas dit qu’il avait traité le paquet ; il est donc conservé.</translation>
        </message>
        <message>
            <source>The server has processed the packet and it was destroyed here. There is nothing to send.</source>
            <translation>Le serveur a traité le paquet et celui-ci a été détruit ici. Il n’y a rien à envoyer.</translation>
        </message>
        <message>
            <source>The server has the packet.</source>
            <translation>Le serveur a reçu le paquet.</translation>
        </message>
        <message>
            <source>The server has too much to do just now. The packet is kept and will be sent again later.</source>
            <translation>Le serveur a trop à faire en ce moment. Le paquet est conservé et sera renvoyé plus tard.</translation>
        </message>
        <message>
            <source>The server knows no station with this computer's name. Have the station registered there.</source>
            <translation>Le serveur ne connaît aucun poste portant le nom de cet ordinateur. Faites-y enregistrer le poste.</translation>
        </message>
        <message>
            <source>The server knows this station by another key. Have the one in its folder 'keys' registered there.</source>
            <translation>Le serveur connaît ce poste sous une autre clé. Faites-y enregistrer celle de son dossier « keys ».</translation>
        </message>
        <message>
            <source>The server refused the enrollment (its code: {server_code}). Tell your supervisor.</source>
            <translation>Le serveur a refusé l’inscription (son code : {server_code}). Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The server refused the packet (its code: {server_code}). Tell your supervisor.</source>
            <translation>Le serveur a refusé le paquet (son code : {server_code}). Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The server refused the packet. It is sent again when somebody asks for it in the outbox.</source>
            <translation>Le serveur a refusé le paquet. Il est renvoyé lorsque quelqu’un le demande dans la boîte d’envoi.</translation>
        </message>
        <message>
            <source>The server refused the request (status {status}).</source>
            <translation>Le serveur a refusé la demande (état {status}).</translation>
        </message>
        <message>
            <source>The server refused the sign-in (its code: {server_code}). Tell your supervisor.</source>
            <translation>Le serveur a refusé la connexion (son code : {server_code}). Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The server sent nothing yet: the forms and lists are those that were shipped.</source>
            <translation>Le serveur n’a encore rien envoyé : les formulaires et listes sont ceux d’origine.</translation>
        </message>
        <message>
            <source>The server signs with another certificate than before. Nothing is sent until your administrator has accepted the new one.</source>
            <translation>Le serveur signe avec un autre certificat qu’auparavant. Rien n’est envoyé tant que votre administrateur n’a pas accepté le nouveau.</translation>
        </message>
        <message>
            <source>The server wants you to sign in: sign in again with the network to send.</source>
            <translation>Le serveur demande une connexion : pour envoyer, connectez-vous de nouveau lorsque le réseau est disponible.</translation>
        </message>
        <message>
            <source>The server was told of this registration already. Tell whoever runs the server what you found.</source>
            <translation>Le serveur connaît déjà cet enregistrement. Dites à qui gère le serveur ce que vous avez trouvé.</translation>
        </message>
        <message>
            <source>The server's address is not one: write https://name.</source>
            <translation>L’adresse du serveur n’en est pas une : écrivez https://nom.</translation>
        </message>
        <message>
            <source>The server's address must begin with https.</source>
            <translation>L’adresse du serveur doit commencer par https.</translation>
        </message>
        <message>
            <source>The server's answer is not signed as it must be, so nothing of it was used. Tell your administrator.</source>
            <translation>La réponse du serveur n’est pas signée comme elle doit l’être, rien n’en a donc été utilisé. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The server's answer to the sign-in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>La réponse du serveur à la connexion ne peut pas être lue : {part} est absent ou n’a pas la bonne forme.</translation>
        </message>
        <message>
            <source>The server's answer was too long and was not read. Tell your administrator.</source>
            <translation>La réponse du serveur était trop longue et n’a pas été lue. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The server's certificate cannot be used. Check this computer's clock, then ask your administrator.</source>
            <translation>Le certificat du serveur est inutilisable. Vérifiez l’horloge de cet ordinateur, puis adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>The server's key for comparing faces is none. Tell your administrator.</source>
            <translation>La clé du serveur pour comparer les visages n’en est pas une. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The server's virus scan refused the packet (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>L’antivirus du serveur a refusé le paquet (son code : {server_code}). Prévenez votre administrateur ; le paquet est conservé.</translation>
        </message>
        <message>
            <source>The service could not decide whether this is the person. It can be tried again.</source>
            <translation>Le service n’a pas pu décider s’il s’agit de la personne. On peut réessayer.</translation>
        </message>
        <message>
            <source>The service did not accept what it was asked. Tell your administrator.</source>
            <translation>Le service n’a pas accepté ce qui lui a été demandé. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The service did not tell something about the person that is needed here.</source>
            <translation>Le service n’a pas communiqué une information sur la personne qui est nécessaire ici.</translation>
        </message>
        <message>
            <source>The service does not accept this station. Tell your administrator.</source>
            <translation>Le service n’accepte pas ce poste. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The service does not know the question any more. Begin this step again.</source>
            <translation>Le service ne connaît plus la question. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The service for this step does not answer just now. Take another way, or try again later.</source>
            <translation>Le service de cette étape ne répond pas en ce moment. Prenez une autre voie ou réessayez plus tard.</translation>
        </message>
        <message>
            <source>The service is there, but no source could share what is asked for just now. People are spared the way there.</source>
            <translation>Le service répond, mais aucune source ne peut partager en ce moment ce qui est demandé. On évite cette démarche aux personnes.</translation>
        </message>
        <message>
            <source>The service says that this is not the person.</source>
            <translation>Le service indique qu’il ne s’agit pas de la personne.</translation>
        </message>
        <message>
            <source>The service that chip readers are used through (pcscd) does not run on this computer. Tell your supervisor.</source>
            <translation>Le service par lequel on utilise les lecteurs de puces (pcscd) ne fonctionne pas sur cet ordinateur. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The service that proves identities cannot be reached. Try again when there is a network.</source>
            <translation>Le service qui prouve les identités est injoignable. Réessayez lorsqu’il y aura un réseau.</translation>
        </message>
        <message>
            <source>The service that proves identities did not answer in time. Try again.</source>
            <translation>Le service qui prouve les identités n’a pas répondu à temps. Réessayez.</translation>
        </message>
        <message>
            <source>The service that proves identities is out of order just now. Try again later.</source>
            <translation>Le service qui prouve les identités est en panne en ce moment. Réessayez plus tard.</translation>
        </message>
        <message>
            <source>The service that this token is for is not in the proofing configuration any more. Tell your administrator.</source>
            <translation>Le service auquel ce jeton est destiné ne figure plus dans la configuration de vérification. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The set-up file cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Le fichier d’installation est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>The set-up file is for station {station}, not for this one.</source>
            <translation>Le fichier d’installation est destiné au poste {station}, pas à celui-ci.</translation>
        </message>
        <message>
            <source>The set-up file is signed with the certificate {fingerprint}, which is not the one this station believes. Compare it with what the server's owner says.</source>
            <translation>Le fichier d’installation est signé avec le certificat {fingerprint}, qui n’est pas celui auquel ce poste se fie. Comparez-le avec ce que dit le responsable du serveur.</translation>
        </message>
        <message>
            <source>The set-up file may not be used any more, or not yet. Check this computer's clock, or have a new one made.</source>
            <translation>Le fichier d’installation n’est plus, ou pas encore, utilisable. Vérifiez l’horloge de cet ordinateur, ou faites-en préparer un nouveau.</translation>
        </message>
        <message>
            <source>The set-up file was changed or cut off after it was signed. Nothing of it was used.</source>
            <translation>Le fichier d’installation a été modifié ou coupé après sa signature. Rien n’en a été utilisé.</translation>
        </message>
        <message>
            <source>The setting {name} has a value it cannot have. It may be one of: {values}.</source>
            <translation>Le réglage {name} a une valeur impossible. Valeurs possibles : {values}.</translation>
        </message>
        <message>
            <source>The setting {name} of this driver cannot be used: {part}. It is written like this: {form}. Correct it and start this program again.</source>
            <translation>Le réglage {name} de ce pilote ne peut pas être utilisé : {part}. Il s’écrit ainsi : {form}. Corrigez-le et redémarrez ce programme.</translation>
        </message>
        <message>
            <source>The settings were changed past this program: version {number} is missing or not as this station signed it. What was set before it counts. Look into the trail, then set them anew.</source>
            <translation>Les réglages ont été modifiés hors de ce programme : la version {number} manque ou n’est pas telle que cette station l’a signée. Ce qui était réglé avant compte. Consultez le journal, puis réglez à nouveau.</translation>
        </message>
        <message>
            <source>The sharing of records broke off. Begin this step again.</source>
            <translation>Le partage des données s’est interrompu. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The sign-in at the identity provider did not succeed. It can be tried again.</source>
            <translation>La connexion chez le fournisseur d’identité n’a pas abouti. On peut réessayer.</translation>
        </message>
        <message>
            <source>The sign-in at the trusted provider did not succeed. It can be tried again.</source>
            <translation>La connexion auprès du fournisseur de confiance a échoué. On peut réessayer.</translation>
        </message>
        <message>
            <source>The sign-in was declined at the identity provider. It can be tried again.</source>
            <translation>La connexion a été refusée chez le fournisseur d’identité. On peut réessayer.</translation>
        </message>
        <message>
            <source>The sign-in was not as strong as is needed here. Sign in again in a stronger way.</source>
            <translation>La connexion n’était pas aussi forte qu’il le faut ici. Connectez-vous de nouveau par un moyen plus fort.</translation>
        </message>
        <message>
            <source>The signature does not match. The data was changed or comes from somebody else.</source>
            <translation>La signature ne correspond pas. Les données ont été modifiées ou proviennent de quelqu’un d’autre.</translation>
        </message>
        <message>
            <source>The signature of a station's request cannot be read.</source>
            <translation>La signature de la demande d’un poste est illisible.</translation>
        </message>
        <message>
            <source>The signature of the person cannot be read.</source>
            <translation>La signature de la personne ne peut pas être lue.</translation>
        </message>
        <message>
            <source>The signature of the {kind} is wrong. Do not use it and tell your supervisor.</source>
            <translation>La signature de l’appareil ({kind}) est fausse. Ne l’utilisez pas et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The six digits on the front</source>
            <translation>Les six chiffres du recto</translation>
        </message>
        <message>
            <source>The slip is dated {date}, which is still to come. Check the clock of this computer.</source>
            <translation>Ce reçu est daté du {date}, qui est encore à venir. Vérifiez l’horloge de cet ordinateur.</translation>
        </message>
        <message>
            <source>The slip is genuine, but it is not of a person of this name.</source>
            <translation>Ce reçu est authentique, mais ce n’est pas celui d’une personne de ce nom.</translation>
        </message>
        <message>
            <source>The slip is genuine, but it was valid until {date} only.</source>
            <translation>Ce reçu est authentique, mais il n’était valable que jusqu’au {date}.</translation>
        </message>
        <message>
            <source>The slip is saved as {file}. It holds personal data: delete the file after use.</source>
            <translation>Le reçu est enregistré sous {file}. Il contient des données personnelles : supprimez le fichier après usage.</translation>
        </message>
        <message>
            <source>The slip was changed after it was issued: its signature does not match what it says.</source>
            <translation>Ce reçu a été modifié après son émission : sa signature ne correspond pas à ce qu’il dit.</translation>
        </message>
        <message>
            <source>The slip was not issued by the station of this certificate: it is forged, or another station's.</source>
            <translation>Ce reçu n’a pas été émis par le poste de ce certificat : il est falsifié, ou d’un autre poste.</translation>
        </message>
        <message>
            <source>The slip was sent to the printer.</source>
            <translation>Le reçu a été envoyé à l’imprimante.</translation>
        </message>
        <message>
            <source>The source has no record any more that belongs to this person.</source>
            <translation>La source n’a plus aucune donnée concernant cette personne.</translation>
        </message>
        <message>
            <source>The source has several records that could be this person's. The person has to share theirs anew.</source>
            <translation>La source a plusieurs dossiers qui pourraient être ceux de cette personne. Elle doit partager le sien de nouveau.</translation>
        </message>
        <message>
            <source>The source of the records does not let MiTrust in any more. The person has to share them anew.</source>
            <translation>La source des données n’admet plus MiTrust. La personne doit les partager de nouveau.</translation>
        </message>
        <message>
            <source>The station in this folder is a real one; the demo does not write to it.</source>
            <translation>Le poste de ce dossier est un vrai poste ; la démonstration n’y écrit pas.</translation>
        </message>
        <message>
            <source>The station keeps no version {number} of what the server sent.</source>
            <translation>La station ne garde aucune version {number} de ce que le serveur a envoyé.</translation>
        </message>
        <message>
            <source>The station's data could not be brought into this version's form ({kind}). They are as they were: use the version of before, and tell your administrator.</source>
            <translation>Les données du poste n’ont pas pu être converties pour cette version ({kind}). Elles sont restées telles quelles : utilisez la version précédente et prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>The station's data was written by a newer version of Muster. Update the program.</source>
            <translation>Les données du poste ont été écrites par une version plus récente de Muster. Mettez le programme à jour.</translation>
        </message>
        <message>
            <source>The station's database cannot be opened: it is damaged or the key is wrong.</source>
            <translation>La base de données du poste ne peut pas être ouverte : elle est endommagée ou la clé est incorrecte.</translation>
        </message>
        <message>
            <source>The station's database is damaged, and too little is left to rebuild it from. Nothing was changed: put the station's folder back from your backup.</source>
            <translation>La base de données du poste est endommagée et il en reste trop peu pour la reconstruire. Rien n’a été modifié : restaurez le dossier du poste depuis votre sauvegarde.</translation>
        </message>
        <message>
            <source>The station's database was damaged. It was put aside in {folder} and rebuilt; look through your drafts and packets, and tell your supervisor.</source>
            <translation>La base de données du poste était endommagée. Elle a été mise de côté dans {folder} et reconstruite ; vérifiez vos brouillons et vos paquets, et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The station's folder cannot be read. Check the disk and its permissions.</source>
            <translation>Impossible de lire le dossier du poste. Vérifiez le disque et ses autorisations.</translation>
        </message>
        <message>
            <source>The station's folder cannot be written. Check the disk and its permissions.</source>
            <translation>Impossible d’écrire dans le dossier du poste. Vérifiez le disque et ses autorisations.</translation>
        </message>
        <message>
            <source>The station's settings cannot be read: station.json is damaged.</source>
            <translation>Les réglages du poste sont illisibles : station.json est endommagé.</translation>
        </message>
        <message>
            <source>The step {node} asks for {minimum} successes and has {children} steps.</source>
            <translation>L’étape {node} demande {minimum} réussites et contient {children} étapes.</translation>
        </message>
        <message>
            <source>The step {node} does not offer that: {options}.</source>
            <translation>L’étape {node} ne propose pas cela : {options}.</translation>
        </message>
        <message>
            <source>The step {node} does not wait for this.</source>
            <translation>L’étape {node} n’attend pas cela.</translation>
        </message>
        <message>
            <source>The step {node} has no steps in it.</source>
            <translation>L’étape {node} ne contient aucune étape.</translation>
        </message>
        <message>
            <source>The step {node} is given {target} from two places.</source>
            <translation>L’étape {node} reçoit {target} de deux endroits.</translation>
        </message>
        <message>
            <source>The step {node} is given {target}, which its method does nothing with. Perhaps it is misspelt.</source>
            <translation>L’étape {node} reçoit {target}, dont sa méthode ne fait rien. C’est peut-être une faute de frappe.</translation>
        </message>
        <message>
            <source>The step {node} is made of others: go on with one of those.</source>
            <translation>L’étape {node} en regroupe d’autres : continuez avec l’une d’elles.</translation>
        </message>
        <message>
            <source>The step {node} is not to be done now.</source>
            <translation>L’étape {node} n’est pas à faire maintenant.</translation>
        </message>
        <message>
            <source>The step {node} is over.</source>
            <translation>L’étape {node} est terminée.</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which cannot have run before it.</source>
            <translation>L’étape {node} prend quelque chose à {source}, qui ne peut pas avoir eu lieu avant elle.</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which is no step that finds anything.</source>
            <translation>L’étape {node} prend quelque chose à {source}, qui n’est pas une étape donnant un résultat.</translation>
        </message>
        <message>
            <source>The step {node} uses a method that is not defined: {method}.</source>
            <translation>L’étape {node} utilise une méthode qui n’est pas définie : {method}.</translation>
        </message>
        <message>
            <source>The step {node} would ask an address that is not secure: it has to begin with https.</source>
            <translation>L’étape {node} interrogerait une adresse non sécurisée : elle doit commencer par https.</translation>
        </message>
        <message>
            <source>The steps that were needed did not succeed.</source>
            <translation>Les étapes nécessaires n’ont pas réussi.</translation>
        </message>
        <message>
            <source>The strongest evidence there is shows who this person is, with the person before you.</source>
            <translation>La preuve la plus forte qui soit montre qui est cette personne, et elle est devant vous.</translation>
        </message>
        <message>
            <source>The suggestion</source>
            <translation>La suggestion</translation>
        </message>
        <message>
            <source>The supervisor knows this person.</source>
            <translation>Le superviseur connaît cette personne.</translation>
        </message>
        <message>
            <source>The supervisor's user name or password is wrong. Check both and try again.</source>
            <translation>Le nom d’utilisateur ou le mot de passe du superviseur est incorrect. Vérifiez les deux et réessayez.</translation>
        </message>
        <message>
            <source>The table of assurance levels has a missing or wrong value at {place}.</source>
            <translation>La table des niveaux d’assurance a une valeur manquante ou erronée à {place}.</translation>
        </message>
        <message>
            <source>The table that is shown, as a file for a spreadsheet (CSV)</source>
            <translation>Le tableau affiché, en fichier pour un tableur (CSV)</translation>
        </message>
        <message>
            <source>The ten minutes for sharing records were over. It can be begun again.</source>
            <translation>Les dix minutes prévues pour le partage sont écoulées. Il peut être recommencé.</translation>
        </message>
        <message>
            <source>The test did not end within {seconds} s. Unplug the {kind}, restart this program, and give this report to the maker of its driver.</source>
            <translation>Le test ne s’est pas terminé en {seconds} s. Débranchez l’appareil ({kind}), redémarrez ce programme et transmettez ce rapport à l’auteur du pilote.</translation>
        </message>
        <message>
            <source>The time for this proof is over. Begin again.</source>
            <translation>Le délai pour cette preuve est écoulé. Recommencez.</translation>
        </message>
        <message>
            <source>The time for this proof of identity is over. Begin again.</source>
            <translation>Le délai de cette vérification d’identité est écoulé. Recommencez.</translation>
        </message>
        <message>
            <source>The time for this step is over. Begin it anew.</source>
            <translation>Le délai de cette étape est écoulé. Recommencez-la.</translation>
        </message>
        <message>
            <source>The time of capture in the record is neither a time nor marked as unknown.</source>
            <translation>L’heure de capture de l’enregistrement n’est ni une heure valable ni marquée comme inconnue.</translation>
        </message>
        <message>
            <source>The timed run waited in vain for a screen: {screen}.</source>
            <translation>L’essai chronométré a attendu un écran en vain : {screen}.</translation>
        </message>
        <message>
            <source>The tokens are renewed.</source>
            <translation>Les jetons sont renouvelés.</translation>
        </message>
        <message>
            <source>The tour waited in vain for a screen: {screen}.</source>
            <translation>La visite a attendu en vain un écran : {screen}.</translation>
        </message>
        <message>
            <source>The trail cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>Le journal ne peut pas être écrit dans {file}. Indiquez un fichier dans un dossier existant.</translation>
        </message>
        <message>
            <source>The trail is BROKEN at record {number}: what stands from there on proves nothing.</source>
            <translation>Le journal est ROMPU à l’entrée {number} : ce qui suit ne prouve rien.</translation>
        </message>
        <message>
            <source>The trail is being checked …</source>
            <translation>Vérification du journal …</translation>
        </message>
        <message>
            <source>The trail is unbroken: {count} records, signed by this station's key up to record {upto}.</source>
            <translation>Le journal est intact : {count} entrées, signées par la clé de cette station jusqu’à l’entrée {upto}.</translation>
        </message>
        <message>
            <source>The trail tells nothing of a registration with this number.</source>
            <translation>Le journal ne dit rien d’un enregistrement portant ce numéro.</translation>
        </message>
        <message>
            <source>The trusted provider did not tell something about the person that is needed here.</source>
            <translation>Le fournisseur de confiance n’a pas communiqué une chose nécessaire ici au sujet de la personne.</translation>
        </message>
        <message>
            <source>The two passwords differ.</source>
            <translation>Les deux mots de passe sont différents.</translation>
        </message>
        <message>
            <source>The two passwords of {name} differ.</source>
            <translation>{name} : les deux mots de passe sont différents.</translation>
        </message>
        <message>
            <source>The type of face picture in the record is none that the standard knows.</source>
            <translation>Le type d’image du visage de l’enregistrement est inconnu de la norme.</translation>
        </message>
        <message>
            <source>The unit of resolution in the record is neither pixels per inch nor per centimetre.</source>
            <translation>L’unité de résolution de l’enregistrement n’est ni le pixel par pouce ni le pixel par centimètre.</translation>
        </message>
        <message>
            <source>The use case asks for more than all of its methods together can prove.</source>
            <translation>Le cas d’usage demande plus que ce que toutes ses méthodes ensemble peuvent prouver.</translation>
        </message>
        <message>
            <source>The use case cannot succeed: too many of its methods are switched off or prohibited.</source>
            <translation>Le cas d’usage ne peut pas réussir : trop de ses méthodes sont désactivées ou interdites.</translation>
        </message>
        <message>
            <source>The use case {use_case} cannot be used ({reason}). 'muster proofing compile' says all that is wrong with it.</source>
            <translation>Le cas d’usage {use_case} ne peut pas être utilisé ({reason}). « muster proofing compile » dit tout ce qui ne va pas.</translation>
        </message>
        <message>
            <source>The use case {use_case} stands in the proofing configuration twice.</source>
            <translation>Le cas d’usage {use_case} figure deux fois dans la configuration de vérification.</translation>
        </message>
        <message>
            <source>The values are no JSON object of texts: {file}.</source>
            <translation>Les valeurs ne forment pas un objet JSON de textes : {file}.</translation>
        </message>
        <message>
            <source>The video file that stands for a camera is not there or cannot be read. Ask your administrator.</source>
            <translation>Le fichier vidéo qui remplace une caméra est absent ou illisible. Demandez à votre administrateur.</translation>
        </message>
        <message>
            <source>The wallet could not answer, perhaps for want of a fitting credential. Take another way.</source>
            <translation>Le portefeuille numérique n’a pas pu répondre, peut-être faute d’attestation adéquate. Choisissez une autre voie.</translation>
        </message>
        <message>
            <source>The wallet did not answer in time. Begin this step again.</source>
            <translation>Le portefeuille numérique n’a pas répondu à temps. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credential belongs to whoever showed it.</source>
            <translation>Le portefeuille numérique n’a pas prouvé que l’attestation appartient à la personne qui la présente.</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credentials it showed belong to one and the same person.</source>
            <translation>Le portefeuille numérique n’a pas prouvé que les attestations présentées appartiennent à une seule et même personne.</translation>
        </message>
        <message>
            <source>The wallet did not show something about the person that is needed here.</source>
            <translation>Le portefeuille numérique n’a pas montré une donnée sur la personne qui est nécessaire ici.</translation>
        </message>
        <message>
            <source>The wallet showed a credential of another kind than was asked for.</source>
            <translation>Le portefeuille numérique a présenté une attestation d’un autre type que celui demandé.</translation>
        </message>
        <message>
            <source>The wallet showed more about the person than it was asked for, so nothing was kept.</source>
            <translation>Le portefeuille numérique a montré plus de données sur la personne qu’il n’en était demandé ; rien n’a donc été conservé.</translation>
        </message>
        <message>
            <source>The width or height in the record is not that of the picture inside it.</source>
            <translation>La largeur ou la hauteur indiquée dans l’enregistrement n’est pas celle de l’image qu’il contient.</translation>
        </message>
        <message>
            <source>The {kind} answered in another version of the interface than it was asked in.</source>
            <translation>L’appareil ({kind}) a répondu dans une autre version de l’interface que celle de la demande.</translation>
        </message>
        <message>
            <source>The {kind} answered with another capture than the one asked for. Try again.</source>
            <translation>L’appareil ({kind}) a répondu avec une autre capture que celle demandée. Réessayez.</translation>
        </message>
        <message>
            <source>The {kind} calls a picture another finger or eye than its record does. Tell support.</source>
            <translation>L’appareil ({kind}) attribue une image à un autre doigt ou œil que son enregistrement. Prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The {kind} calls itself certified, but nobody this station believes in vouches for its chip. Tell support.</source>
            <translation>L’appareil ({kind}) se dit certifié, mais personne en qui ce poste a confiance ne répond de sa puce. Prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The {kind} cannot capture what is needed here. Use another device.</source>
            <translation>L’appareil ({kind}) ne peut pas capturer ce qu’il faut ici. Utilisez un autre appareil.</translation>
        </message>
        <message>
            <source>The {kind} cannot reach its maker's server. Connect this computer to the network.</source>
            <translation>L’appareil ({kind}) ne joint pas le serveur de son fabricant. Connectez cet ordinateur au réseau.</translation>
        </message>
        <message>
            <source>The {kind} captured for another purpose than registration.</source>
            <translation>L’appareil ({kind}) a capturé dans un autre but que l’enregistrement.</translation>
        </message>
        <message>
            <source>The {kind} chains its captures in an older way than specified.</source>
            <translation>L’appareil ({kind}) enchaîne ses captures d’une manière plus ancienne que celle prévue.</translation>
        </message>
        <message>
            <source>The {kind} chosen at this station, {chosen}, is not ready. {used} is used instead.</source>
            <translation>L’appareil choisi à ce poste ({kind}), {chosen}, n’est pas prêt. {used} est utilisé à sa place.</translation>
        </message>
        <message>
            <source>The {kind} could not use what it saw. Clean it and try again.</source>
            <translation>L’appareil ({kind}) n’a pas pu exploiter ce qu’il a vu. Nettoyez-le et réessayez.</translation>
        </message>
        <message>
            <source>The {kind} did not answer in time. Try again.</source>
            <translation>Appareil sans réponse dans le délai prévu : {kind}. Réessayez.</translation>
        </message>
        <message>
            <source>The {kind} did not sign what it answered. Do not use it and tell support.</source>
            <translation>L’appareil ({kind}) n’a pas signé sa réponse. Ne l’utilisez pas et prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The {kind} did not understand the order (error {number}). Tell support.</source>
            <translation>L’appareil ({kind}) n’a pas compris la demande (erreur {number}). Prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The {kind} does not say which finger or eye it captured. Use another device.</source>
            <translation>L’appareil ({kind}) ne dit pas quel doigt ou quel œil il a capturé. Utilisez un autre appareil.</translation>
        </message>
        <message>
            <source>The {kind} handed out a finger or eye that is an exception; it was not kept.</source>
            <translation>L’appareil ({kind}) a remis un doigt ou un œil déclaré en exception ; il n’a pas été conservé.</translation>
        </message>
        <message>
            <source>The {kind} handed out a picture that it has handed out before. Tell your supervisor if it happens again.</source>
            <translation>L’appareil ({kind}) a remis une image qu’il avait déjà remise. Prévenez votre superviseur si cela se reproduit.</translation>
        </message>
        <message>
            <source>The {kind} handed out something else than it is made for.</source>
            <translation>L’appareil ({kind}) a remis autre chose que ce pour quoi il est fait.</translation>
        </message>
        <message>
            <source>The {kind} handed out the same finger or eye twice. Try again.</source>
            <translation>L’appareil ({kind}) a remis deux fois le même doigt ou le même œil. Réessayez.</translation>
        </message>
        <message>
            <source>The {kind} has a new key since it was found; its maker vouches for it.</source>
            <translation>L’appareil ({kind}) a une nouvelle clé depuis qu’il a été trouvé ; son fabricant en répond.</translation>
        </message>
        <message>
            <source>The {kind} has no valid certificate of its maker. Connect it to its maker's server, or use another device.</source>
            <translation>L’appareil ({kind}) n’a pas de certificat valable de son fabricant. Connectez-le au serveur du fabricant ou utilisez un autre appareil.</translation>
        </message>
        <message>
            <source>The {kind} is busy. Close other programs that use it and try again.</source>
            <translation>Appareil occupé : {kind}. Fermez les autres programmes qui l’utilisent et réessayez.</translation>
        </message>
        <message>
            <source>The {kind} is connected.</source>
            <translation>Appareil branché : {kind}.</translation>
        </message>
        <message>
            <source>The {kind} is not ready yet. Wait a moment and try again.</source>
            <translation>L’appareil ({kind}) n’est pas encore prêt. Attendez un instant et réessayez.</translation>
        </message>
        <message>
            <source>The {kind} is set up for another environment than this station. Tell support.</source>
            <translation>L’appareil ({kind}) est réglé pour un autre environnement que ce poste. Prévenez l’assistance.</translation>
        </message>
        <message>
            <source>The {kind} reported a fault. Unplug it, plug it in and try again.</source>
            <translation>Appareil en défaut : {kind}. Débranchez l’appareil, rebranchez-le et réessayez.</translation>
        </message>
        <message>
            <source>The {kind} reported error {number}. Try again; tell support if it stays.</source>
            <translation>L’appareil ({kind}) a signalé l’erreur {number}. Réessayez ; prévenez l’assistance si elle persiste.</translation>
        </message>
        <message>
            <source>The {kind} saw nothing. Place it again and keep still.</source>
            <translation>L’appareil ({kind}) n’a rien vu. Repositionnez et ne bougez plus.</translation>
        </message>
        <message>
            <source>The {kind} says that somebody has tampered with it. Do not use it and tell your supervisor.</source>
            <translation>L’appareil ({kind}) signale qu’on l’a altéré. Ne l’utilisez pas et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The {kind} signed something else than it handed out. Tell your supervisor.</source>
            <translation>La signature de l’appareil ne correspond pas à ce qu’il a transmis : {kind}. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The {kind} wants its captures sent out of this computer. Do not use it and tell your supervisor.</source>
            <translation>L’appareil ({kind}) veut envoyer ses captures hors de cet ordinateur. Ne l’utilisez pas et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in and try again.</source>
            <translation>Appareil débranché : {kind}. Rebranchez l’appareil et réessayez.</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in; it goes on by itself.</source>
            <translation>Appareil débranché : {kind}. Rebranchez-le ; la suite vient d’elle-même.</translation>
        </message>
        <message>
            <source>The {kind} was withdrawn from use. Put it away and tell your supervisor.</source>
            <translation>L’appareil ({kind}) a été retiré du service. Rangez-le et prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>There are attempts left. A poor capture can be kept only when all are used up.</source>
            <translation>Il reste des essais. Une capture insuffisante ne peut être gardée qu’après le dernier essai.</translation>
        </message>
        <message>
            <source>There are no packets at present.</source>
            <translation>Il n’y a pas de paquets à présent.</translation>
        </message>
        <message>
            <source>There are no pictures in the folder {folder}.</source>
            <translation>Il n’y a pas d’images dans le dossier {folder}.</translation>
        </message>
        <message>
            <source>There are several requiredOn: here any of them is enough, MOSIP's own client looks at the first alone.</source>
            <translation>Il y a plusieurs requiredOn : ici un seul suffit, le client de MOSIP ne regarde que le premier.</translation>
        </message>
        <message>
            <source>There cannot be an answer before {time}.</source>
            <translation>Il ne peut pas y avoir de réponse avant {time}.</translation>
        </message>
        <message>
            <source>There is a document in that place already. Remove it first.</source>
            <translation>Il y a déjà un document à cette place. Retirez-le d’abord.</translation>
        </message>
        <message>
            <source>There is a file of that name already. Choose another name for the note.</source>
            <translation>Un fichier de ce nom existe déjà. Choisissez un autre nom pour la note.</translation>
        </message>
        <message>
            <source>There is a file of that name already: {file}. It was not changed.</source>
            <translation>Un fichier de ce nom existe déjà : {file}. Il n’a pas été modifié.</translation>
        </message>
        <message>
            <source>There is a network</source>
            <translation>Il y a un réseau</translation>
        </message>
        <message>
            <source>There is a station in this folder already.</source>
            <translation>Il y a déjà un poste dans ce dossier.</translation>
        </message>
        <message>
            <source>There is data already. A backup is restored into an empty hub only.</source>
            <translation>Il y a déjà des données. Une sauvegarde n’est restaurée que dans un concentrateur vide.</translation>
        </message>
        <message>
            <source>There is neither a UI specification nor an ID schema in {file}. Name MOSIP's JSON, or its table as CSV.</source>
            <translation>{file} ne contient ni spécification d’interface ni schéma d’identité. Indiquez le JSON de MOSIP, ou sa table en CSV.</translation>
        </message>
        <message>
            <source>There is no age group {group}. Known are {known}.</source>
            <translation>Il n’y a pas de groupe d’âge {group}. Sont connus {known}.</translation>
        </message>
        <message>
            <source>There is no agreed format for what was captured, so it cannot be written.</source>
            <translation>Aucun format n’est convenu pour ce qui a été capturé ; cela ne peut donc pas être écrit.</translation>
        </message>
        <message>
            <source>There is no display that a window could be shown on. Start this program in a graphical session; the commands work without one.</source>
            <translation>Il n’y a pas d’écran sur lequel afficher une fenêtre. Démarrez ce programme dans une session graphique ; les commandes fonctionnent sans elle.</translation>
        </message>
        <message>
            <source>There is no document on the chip reader. Lay it on and try again.</source>
            <translation>Il n’y a pas de document sur le lecteur de puces. Posez-le et réessayez.</translation>
        </message>
        <message>
            <source>There is no file behind this piece.</source>
            <translation>Cet élément n’a pas de fichier.</translation>
        </message>
        <message>
            <source>There is no finger on record to compare with. Take another way.</source>
            <translation>Aucun doigt n’est enregistré auquel comparer. Choisissez une autre voie.</translation>
        </message>
        <message>
            <source>There is no job of this name. It may be one of: {names}.</source>
            <translation>Il n’y a pas de tâche de ce nom. Tâches possibles : {names}.</translation>
        </message>
        <message>
            <source>There is no kind of server of this name. It may be one of: {kinds}.</source>
            <translation>Il n’y a pas de type de serveur de ce nom. Types possibles : {kinds}.</translation>
        </message>
        <message>
            <source>There is no label in {languages}; English or the id is shown.</source>
            <translation>Il n’y a pas de libellé en {languages} ; l’anglais ou l’id s’affiche.</translation>
        </message>
        <message>
            <source>There is no list for a review in this folder.</source>
            <translation>Il n’y a pas de liste à examiner dans ce dossier.</translation>
        </message>
        <message>
            <source>There is no list of packets in this folder. Perhaps the drive was pulled out too early: hand over again.</source>
            <translation>Il n’y a pas de liste de paquets dans ce dossier. Le support a peut-être été retiré trop tôt : refaites la remise.</translation>
        </message>
        <message>
            <source>There is no other device for this.</source>
            <translation>Il n’y a pas d’autre appareil pour cela.</translation>
        </message>
        <message>
            <source>There is no portrait to compare the face with. Take a document of the person first.</source>
            <translation>Il n’y a pas de portrait auquel comparer le visage. Prenez d’abord un document de la personne.</translation>
        </message>
        <message>
            <source>There is no proofing use case {use_case} for {tenant}.</source>
            <translation>Il n’y a pas de cas d’usage de vérification {use_case} pour {tenant}.</translation>
        </message>
        <message>
            <source>There is no setting called {name}.</source>
            <translation>Il n’y a pas de réglage nommé {name}.</translation>
        </message>
        <message>
            <source>There is no signed code of a slip in this. Photograph it again, flat and in good light, or type its text.</source>
            <translation>Il n’y a pas ici de code signé d’un reçu. Photographiez-le de nouveau, à plat et bien éclairé, ou tapez son texte.</translation>
        </message>
        <message>
            <source>There is no station in this folder yet. Open the window once, or run 'muster station create'.</source>
            <translation>Il n’y a pas encore de poste dans ce dossier. Ouvrez la fenêtre une fois ou exécutez « muster station create ».</translation>
        </message>
        <message>
            <source>There is no such file: {file}.</source>
            <translation>Ce fichier n’existe pas : {file}.</translation>
        </message>
        <message>
            <source>There is no such folder: {folder}.</source>
            <translation>Ce dossier n’existe pas : {folder}.</translation>
        </message>
        <message>
            <source>There is no version {number} of the settings.</source>
            <translation>Il n’y a pas de version {number} des réglages.</translation>
        </message>
        <message>
            <source>There is nothing in this registration to be confirmed.</source>
            <translation>Il n’y a rien à confirmer dans cette inscription.</translation>
        </message>
        <message>
            <source>There is nothing to be reviewed under this number.</source>
            <translation>Il n’y a rien à examiner sous ce numéro.</translation>
        </message>
        <message>
            <source>There is nothing yet to look this person up by.</source>
            <translation>Il n’y a encore rien pour retrouver cette personne.</translation>
        </message>
        <message>
            <source>There is only the trace of an earlier finger. Clean the glass.</source>
            <translation>Il n’y a que la trace d’un doigt précédent. Nettoyez la vitre.</translation>
        </message>
        <message>
            <source>There is something behind the end of the record, at byte {offset}.</source>
            <translation>Des données suivent la fin de l’enregistrement, à l’octet {offset}.</translation>
        </message>
        <message>
            <source>There is something behind the picture in the record that nobody looks at.</source>
            <translation>Derrière l’image, l’enregistrement contient quelque chose que personne n’examine.</translation>
        </message>
        <message>
            <source>There is something on the chip reader that does not answer. Turn the document over, or open it at the page with the portrait.</source>
            <translation>Ce qui est posé sur le lecteur de puces ne répond pas. Retournez le document, ou ouvrez-le à la page du portrait.</translation>
        </message>
        <message>
            <source>There is too little print on the page to judge this.</source>
            <translation>Il y a trop peu d’imprimé sur la page pour en juger.</translation>
        </message>
        <message>
            <source>There is too little space on the disk for another registration. Free some first.</source>
            <translation>L’espace disque est insuffisant pour une autre inscription. Libérez d’abord de la place.</translation>
        </message>
        <message>
            <source>There was no network. The person may be enrolled; the proof is still owed.</source>
            <translation>Il n’y avait pas de réseau. La personne peut être enregistrée ; la preuve reste due.</translation>
        </message>
        <message>
            <source>There were too many wrong attempts. Wait {minutes} min {seconds} s, then try again.</source>
            <translation>Il y a eu trop de tentatives erronées. Attendez {minutes} min {seconds} s, puis réessayez.</translation>
        </message>
        <message>
            <source>These came with the proof and need not be scanned:</source>
            <translation>Ceux-ci sont venus avec la preuve et n’ont pas à être numérisés :</translation>
        </message>
        <message>
            <source>These pages together are too large to be sent: {size} kB, and at most {limit} kB can be. Leave some of them out.</source>
            <translation>Ensemble, ces pages sont trop volumineuses pour être envoyées : {size} ko, le maximum est de {limit} ko. Retirez-en quelques-unes.</translation>
        </message>
        <message>
            <source>These settings are as they were. Nothing was changed.</source>
            <translation>Ces réglages sont comme avant. Rien n’a été modifié.</translation>
        </message>
        <message>
            <source>They said that they cannot sign.</source>
            <translation>La personne a dit qu’elle ne peut pas signer.</translation>
        </message>
        <message>
            <source>This PDF cannot be read, or nobody signed it.</source>
            <translation>Ce PDF est illisible, ou personne ne l’a signé.</translation>
        </message>
        <message>
            <source>This breaks the rule {rule} of this field.</source>
            <translation>Ceci enfreint la règle {rule} de ce champ.</translation>
        </message>
        <message>
            <source>This chip does not open with six digits. Use the machine-readable lines of the document.</source>
            <translation>Cette puce ne s’ouvre pas avec six chiffres. Utilisez les lignes lisibles par machine du document.</translation>
        </message>
        <message>
            <source>This code is not that of a driving licence.</source>
            <translation>Ce code n’est pas celui d’un permis de conduire.</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: its udev rule is missing.</source>
            <translation>Cet ordinateur ne laisse pas le programme utiliser l’appareil ({kind}). Prévenez l’assistance : sa règle udev manque.</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: the account must belong to the group video.</source>
            <translation>Cet ordinateur ne laisse pas le programme utiliser l’appareil ({kind}). Prévenez l’assistance : le compte doit faire partie du groupe video.</translation>
        </message>
        <message>
            <source>This computer has no print service that could be asked. Save the slip as a PDF, or ask your administrator.</source>
            <translation>Cet ordinateur n’a pas de service d’impression. Enregistrez le reçu en PDF, ou adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>This computer has no printer. Save the slip as a PDF, and print that elsewhere.</source>
            <translation>Cet ordinateur n’a pas d’imprimante. Enregistrez le reçu en PDF et imprimez-le ailleurs.</translation>
        </message>
        <message>
            <source>This computer has no voice: during captures, what is asked of people is shown and not said.</source>
            <translation>Cet ordinateur n’a pas de voix : pendant les prises, les consignes sont affichées et non dites.</translation>
        </message>
        <message>
            <source>This computer's TPM cannot be reached. It must be switched on in the computer's firmware settings, and your account must be allowed to use it.</source>
            <translation>Le TPM de cet ordinateur est inaccessible. Il doit être activé dans les réglages du micrologiciel, et votre compte doit être autorisé à l’utiliser.</translation>
        </message>
        <message>
            <source>This computer's TPM does not answer. Start the computer again.</source>
            <translation>Le TPM de cet ordinateur ne répond pas. Redémarrez l’ordinateur.</translation>
        </message>
        <message>
            <source>This computer's TPM does not hold this station's key: it is another TPM, or it was reset. What was registered is kept here. Call your administrator.</source>
            <translation>Le TPM de cet ordinateur ne détient pas la clé de ce poste : c’est un autre TPM, ou il a été réinitialisé. Ce qui a été enregistré est conservé ici. Appelez votre administrateur.</translation>
        </message>
        <message>
            <source>This computer's TPM refuses ({response}). Tell your administrator what stands in the brackets.</source>
            <translation>Le TPM de cet ordinateur refuse ({response}). Communiquez à votre administrateur ce qui figure entre parenthèses.</translation>
        </message>
        <message>
            <source>This computer's clock is {minutes} minutes off the server's. Set its date, time and time zone, then sign in again.</source>
            <translation>L’horloge de cet ordinateur diffère de {minutes} minutes de celle du serveur. Réglez la date, l’heure et le fuseau horaire, puis connectez-vous de nouveau.</translation>
        </message>
        <message>
            <source>This computer's clock was set back by {seconds} seconds meanwhile.</source>
            <translation>L’horloge de cet ordinateur a été reculée de {seconds} secondes entre-temps.</translation>
        </message>
        <message>
            <source>This configuration cannot be used as long as a use case in it has faults: {use_case}.</source>
            <translation>Cette configuration ne peut pas servir tant qu’un cas d’usage y comporte des erreurs : {use_case}.</translation>
        </message>
        <message>
            <source>This date is too long ago to be a date of birth.</source>
            <translation>Cette date est trop ancienne pour être une date de naissance.</translation>
        </message>
        <message>
            <source>This date lies before the date of birth. Compare {field} and {other}.</source>
            <translation>Cette date précède la date de naissance. Comparez {field} et {other}.</translation>
        </message>
        <message>
            <source>This date lies in the future.</source>
            <translation>Cette date est dans le futur.</translation>
        </message>
        <message>
            <source>This date must not lie after {last}.</source>
            <translation>Cette date ne doit pas être après le {last}.</translation>
        </message>
        <message>
            <source>This date must not lie before {first}.</source>
            <translation>Cette date ne doit pas être avant le {first}.</translation>
        </message>
        <message>
            <source>This device can be used. Something about it could be better.</source>
            <translation>Cet appareil peut être utilisé. Quelque chose pourrait être amélioré.</translation>
        </message>
        <message>
            <source>This device cannot be used as it is. What to do stands beside the ✗.</source>
            <translation>Cet appareil ne peut pas être utilisé en l’état. Ce qu’il faut faire est indiqué à côté de ✗.</translation>
        </message>
        <message>
            <source>This device is well.</source>
            <translation>Cet appareil fonctionne bien.</translation>
        </message>
        <message>
            <source>This document came as a PDF that cannot be shown here. It is kept and sent as it was shared.</source>
            <translation>Ce document est venu comme un PDF qui ne peut pas être affiché ici. Il est gardé et envoyé tel qu’il a été partagé.</translation>
        </message>
        <message>
            <source>This document cannot be accepted as a proof. Ask for another, or take another way.</source>
            <translation>Ce document ne peut pas être accepté comme preuve. Demandez-en un autre, ou choisissez une autre voie.</translation>
        </message>
        <message>
            <source>This document is needed before you can go on.</source>
            <translation>Ce document est nécessaire pour continuer.</translation>
        </message>
        <message>
            <source>This does not look like a telephone number in use. Ask the person to say it again.</source>
            <translation>Ceci ne ressemble pas à un numéro de téléphone en service. Demandez à la personne de le répéter.</translation>
        </message>
        <message>
            <source>This entry does not belong to the place chosen above it.</source>
            <translation>Cette entrée ne fait pas partie du lieu choisi au-dessus.</translation>
        </message>
        <message>
            <source>This field is needed.</source>
            <translation>Ce champ est obligatoire.</translation>
        </message>
        <message>
            <source>This field needs its text in each language of the registration.</source>
            <translation>Ce champ doit être rempli dans chaque langue de l’inscription.</translation>
        </message>
        <message>
            <source>This file is no backup of a hub, or it is damaged.</source>
            <translation>Ce fichier n’est pas une sauvegarde de concentrateur, ou il est endommagé.</translation>
        </message>
        <message>
            <source>This file is no exported audit trail.</source>
            <translation>Ce fichier n’est pas un journal d’audit exporté.</translation>
        </message>
        <message>
            <source>This file is no note of a station's machine secret.</source>
            <translation>Ce fichier n’est pas la note du secret machine d’un poste.</translation>
        </message>
        <message>
            <source>This file is no proof of an identity: {part} is missing or has a wrong form.</source>
            <translation>Ce fichier n’est pas une preuve d’identité : {part} manque ou n’a pas la bonne forme.</translation>
        </message>
        <message>
            <source>This finger, eye or face was not captured yet.</source>
            <translation>Ce doigt, cet œil ou ce visage n’a pas encore été capturé.</translation>
        </message>
        <message>
            <source>This folder holds registrations of a station whose station.json is missing. Restore it from a backup, or choose another folder.</source>
            <translation>Ce dossier contient des inscriptions d’un poste dont le fichier station.json est absent. Restaurez-le à partir d’une sauvegarde ou choisissez un autre dossier.</translation>
        </message>
        <message>
            <source>This is a file: choose the folder the station lies in.</source>
            <translation>Ceci est un fichier : choisissez le dossier où se trouve le poste.</translation>
        </message>
        <message>
            <source>This is enough for this registration.</source>
            <translation>Cela suffit pour cette inscription.</translation>
        </message>
        <message>
            <source>This is kept. It can be taken again; the better of each finger counts.</source>
            <translation>C’est gardé. Une nouvelle prise est possible ; le meilleur de chaque doigt compte.</translation>
        </message>
        <message>
            <source>This is longer than {most} characters. Shorten it.</source>
            <translation>Ceci dépasse {most} caractères. Raccourcissez.</translation>
        </message>
        <message>
            <source>This is looked at elsewhere. The answer comes by itself.</source>
            <translation>Ceci est examiné ailleurs. La réponse arrive d’elle-même.</translation>
        </message>
        <message>
            <source>This is no JSON: it breaks off at line {line}, column {column}.</source>
            <translation>Ceci n’est pas du JSON : la lecture s’arrête à la ligne {line}, colonne {column}.</translation>
        </message>
        <message>
            <source>This is no identity number: a digit is wrong or missing. Compare it with the card.</source>
            <translation>Ce n’est pas un numéro d’identité : un chiffre est faux ou manque. Comparez avec la carte.</translation>
        </message>
        <message>
            <source>This is no name for a packet in the store.</source>
            <translation>Ce n’est pas un nom de paquet dans le stockage.</translation>
        </message>
        <message>
            <source>This is no number of a pre-registration: it has 10 to 20 digits.</source>
            <translation>Ce n’est pas un numéro de préinscription : il a de 10 à 20 chiffres.</translation>
        </message>
        <message>
            <source>This is no scope of MiTrust: {item} is not understood.</source>
            <translation>Ceci n’est pas un périmètre MiTrust : {item} n’est pas compris.</translation>
        </message>
        <message>
            <source>This is no update for this program, or it was not copied whole. Copy it again.</source>
            <translation>Ceci n’est pas une mise à jour de ce programme, ou elle n’a pas été copiée en entier. Copiez-la de nouveau.</translation>
        </message>
        <message>
            <source>This is not a finger you enrolled. Try again, or use your password.</source>
            <translation>Ce doigt n’est pas l’un de ceux que vous avez enregistrés. Réessayez ou utilisez votre mot de passe.</translation>
        </message>
        <message>
            <source>This is not a language of the registration.</source>
            <translation>Cette langue ne fait pas partie de l’inscription.</translation>
        </message>
        <message>
            <source>This is not a phone number. Begin with + and the country, as in +212 600 000000.</source>
            <translation>Ceci n’est pas un numéro de téléphone. Commencez par + et l’indicatif du pays, comme +212 600 000000.</translation>
        </message>
        <message>
            <source>This is not a picture of one eye: it is too small or too large.</source>
            <translation>Ce n’est pas l’image d’un œil : elle est trop petite ou trop grande.</translation>
        </message>
        <message>
            <source>This is not a picture of one finger at 500 dpi: it is too small or too large.</source>
            <translation>Ce n’est pas l’image d’un seul doigt à 500 ppp : elle est trop petite ou trop grande.</translation>
        </message>
        <message>
            <source>This is not a picture of several fingers at 500 dpi.</source>
            <translation>Ce n’est pas l’image de plusieurs doigts à 500 ppp.</translation>
        </message>
        <message>
            <source>This is not a registration number: it may hold digits only.</source>
            <translation>Ce n’est pas un numéro d’enregistrement : il ne peut contenir que des chiffres.</translation>
        </message>
        <message>
            <source>This is not a registration number: it must end in a date and a time.</source>
            <translation>Ce n’est pas un numéro d’enregistrement : il doit se terminer par une date et une heure.</translation>
        </message>
        <message>
            <source>This is not a registration number: it must have 29 digits.</source>
            <translation>Ce n’est pas un numéro d’enregistrement : il doit avoir 29 chiffres.</translation>
        </message>
        <message>
            <source>This is not all that is asked for here. Fill in every field.</source>
            <translation>Ce n’est pas tout ce qui est demandé ici. Remplissez tous les champs.</translation>
        </message>
        <message>
            <source>This is not an e-mail address. Correct it.</source>
            <translation>Ceci n’est pas une adresse e-mail. Corrigez-la.</translation>
        </message>
        <message>
            <source>This is not the certificate that slips are checked with. Take slips.pem from the station's folder keys.</source>
            <translation>Ce n’est pas le certificat avec lequel on vérifie les reçus. Prenez slips.pem dans le dossier keys du poste.</translation>
        </message>
        <message>
            <source>This is not the chip of a passport or identity card. Lay the right document on the reader.</source>
            <translation>Ce n’est pas la puce d’un passeport ou d’une carte d’identité. Posez le bon document sur le lecteur.</translation>
        </message>
        <message>
            <source>This is not the kind of record it should be.</source>
            <translation>Cet enregistrement n’est pas du type attendu.</translation>
        </message>
        <message>
            <source>This is not the number of a request: it begins with the 29 digits of a registration.</source>
            <translation>Ce n’est pas le numéro d’une demande : il commence par les 29 chiffres d’une inscription.</translation>
        </message>
        <message>
            <source>This is not the public key of a machine's TPM; byte {offset} cannot be there.</source>
            <translation>Ce n’est pas la clé publique du TPM d’une machine ; l’octet {offset} n’y a pas sa place.</translation>
        </message>
        <message>
            <source>This is not written the way the field needs it.</source>
            <translation>Ce texte n’a pas la forme requise pour ce champ.</translation>
        </message>
        <message>
            <source>This is not yet enough for this registration.</source>
            <translation>Cela ne suffit pas encore pour cette inscription.</translation>
        </message>
        <message>
            <source>This is the letter of a pre-registration.</source>
            <translation>C’est la lettre d’une préinscription.</translation>
        </message>
        <message>
            <source>This is the only administrator. Make somebody else one first, or nobody could undo it.</source>
            <translation>C’est le seul administrateur. Nommez-en d’abord un autre, sinon personne ne pourrait revenir en arrière.</translation>
        </message>
        <message>
            <source>This is the other key of the machine: signatures are checked with its signing key, data is encrypted to its encryption key.</source>
            <translation>C’est l’autre clé de la machine : les signatures se vérifient avec sa clé de signature, les données se chiffrent avec sa clé de chiffrement.</translation>
        </message>
        <message>
            <source>This key does not open the file. Use the key the file was encrypted for.</source>
            <translation>Cette clé n’ouvre pas le fichier. Utilisez la clé pour laquelle le fichier a été chiffré.</translation>
        </message>
        <message>
            <source>This list of keys</source>
            <translation>Cette liste de touches</translation>
        </message>
        <message>
            <source>This looks like the other eye. Check that left and right are not swapped.</source>
            <translation>Cela ressemble à l’autre œil. Vérifiez que la gauche et la droite ne sont pas inversées.</translation>
        </message>
        <message>
            <source>This looks like the other hand. Place the hand that is shown.</source>
            <translation>On dirait l’autre main. Posez la main indiquée.</translation>
        </message>
        <message>
            <source>This officer marks exceptions in {share} % of {registrations} registrations; all others here in {others} %.</source>
            <translation>Cet agent marque des exceptions dans {share} % de {registrations} enregistrements ; tous les autres ici dans {others} %.</translation>
        </message>
        <message>
            <source>This pattern does not work at column {column} ({reason}). The field goes unchecked.</source>
            <translation>Ce motif ne fonctionne pas à la colonne {column} ({reason}). Le champ n’est pas vérifié.</translation>
        </message>
        <message>
            <source>This person gave no token at this station by which records are shared again.</source>
            <translation>Cette personne n’a donné à ce poste aucun jeton permettant de partager de nouveau des dossiers.</translation>
        </message>
        <message>
            <source>This person has shown well enough who they are.</source>
            <translation>Cette personne a suffisamment montré qui elle est.</translation>
        </message>
        <message>
            <source>This picture alone is too large to be sent: {size} kB, and at most {limit} kB can be. Scan it again, or choose a smaller picture.</source>
            <translation>Cette image à elle seule est trop grande pour être envoyée : {size} ko, le maximum est de {limit} ko. Numérisez-la à nouveau ou choisissez une image plus petite.</translation>
        </message>
        <message>
            <source>This picture does not fit into the record: fingers and irises are grey, faces are RGB.</source>
            <translation>Cette image ne convient pas à l’enregistrement : doigts et iris sont en gris, les visages en couleurs RVB.</translation>
        </message>
        <message>
            <source>This picture is already as small as it can be and still be read.</source>
            <translation>Cette image est déjà aussi petite que possible tout en restant lisible.</translation>
        </message>
        <message>
            <source>This pre-registration was made with another system ({host}). Fill in the form with the person.</source>
            <translation>Cette préinscription a été faite dans un autre système ({host}). Remplissez le formulaire avec la personne.</translation>
        </message>
        <message>
            <source>This pre-registration was taken into another registration already. Ask the person about it.</source>
            <translation>Cette préinscription a déjà été reprise dans un autre enregistrement. Interrogez la personne à ce sujet.</translation>
        </message>
        <message>
            <source>This program was built without the public keys of those who release it, so it cannot check an update. Install the new version as you installed this one.</source>
            <translation>Ce programme a été construit sans les clés publiques de ceux qui le publient ; il ne peut donc pas vérifier une mise à jour. Installez la nouvelle version comme vous avez installé celle-ci.</translation>
        </message>
        <message>
            <source>This proof of an identity was changed after it was made: {part} is not what was signed.</source>
            <translation>Cette preuve d’identité a été modifiée après sa création : {part} n’est pas ce qui a été signé.</translation>
        </message>
        <message>
            <source>This proof of an identity was signed with another key than the one it was compared with.</source>
            <translation>Cette preuve d’identité a été signée avec une autre clé que celle à laquelle elle a été comparée.</translation>
        </message>
        <message>
            <source>This proof of identity has no step {node}.</source>
            <translation>Cette vérification d’identité n’a pas d’étape {node}.</translation>
        </message>
        <message>
            <source>This proof of identity is over ({status}) and cannot go on.</source>
            <translation>Cette vérification d’identité est terminée ({status}) et ne peut pas continuer.</translation>
        </message>
        <message>
            <source>This record is not of a finger.</source>
            <translation>Cet enregistrement n’est pas celui d’un doigt.</translation>
        </message>
        <message>
            <source>This record is not of an iris.</source>
            <translation>Cet enregistrement n’est pas celui d’un iris.</translation>
        </message>
        <message>
            <source>This registration is finished and cannot be changed any more.</source>
            <translation>Cette inscription est terminée et ne peut plus être modifiée.</translation>
        </message>
        <message>
            <source>This registration number is of another centre.</source>
            <translation>Ce numéro d’enregistrement est d’un autre centre.</translation>
        </message>
        <message>
            <source>This registration number is of another machine.</source>
            <translation>Ce numéro d’enregistrement est d’une autre machine.</translation>
        </message>
        <message>
            <source>This registration was decided and signed off already.</source>
            <translation>Cet enregistrement est déjà décidé et signé.</translation>
        </message>
        <message>
            <source>This registration was not compared with others here, or it is too long ago.</source>
            <translation>Cet enregistrement n’a pas été comparé aux autres ici, ou c’était il y a trop longtemps.</translation>
        </message>
        <message>
            <source>This station asks for no proof of identity yet. Open a configuration.</source>
            <translation>Ce poste ne demande encore aucune preuve d’identité. Ouvrez une configuration.</translation>
        </message>
        <message>
            <source>This station cannot do this step: {type} is not installed.</source>
            <translation>Ce poste ne peut pas faire cette étape : {type} n’est pas installé.</translation>
        </message>
        <message>
            <source>This station cannot listen where wallets are to come, by what the proofing configuration says. Tell your administrator.</source>
            <translation>Ce poste ne peut pas écouter à l’adresse prévue pour les portefeuilles numériques par la configuration de vérification. Parlez-en à votre administrateur.</translation>
        </message>
        <message>
            <source>This station does not ask who vouches for its devices.</source>
            <translation>Ce poste ne demande pas qui répond de ses appareils.</translation>
        </message>
        <message>
            <source>This station does not know the authority that issued the document: nothing shows who signed the chip.</source>
            <translation>Ce poste ne connaît pas l’autorité qui a émis le document : rien ne montre qui a signé la puce.</translation>
        </message>
        <message>
            <source>This station does not know the language {language}.</source>
            <translation>Ce poste ne connaît pas la langue {language}.</translation>
        </message>
        <message>
            <source>This station does not know the person's authenticator. Take another way.</source>
            <translation>Ce poste ne connaît pas l’application d’authentification de la personne. Choisissez un autre moyen.</translation>
        </message>
        <message>
            <source>This station does not know the scanner's certificate and sends it nothing. Ask your administrator.</source>
            <translation>Ce poste ne connaît pas le certificat du scanner et ne lui envoie rien. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>This station has no form for the process {process}. Ask your administrator.</source>
            <translation>Ce poste n’a pas de formulaire pour le processus {process}. Adressez-vous à votre administrateur.</translation>
        </message>
        <message>
            <source>This station has no packet with that number.</source>
            <translation>Ce poste n’a aucun paquet portant ce numéro.</translation>
        </message>
        <message>
            <source>This station has no registration with that number.</source>
            <translation>Ce poste n’a aucune inscription portant ce numéro.</translation>
        </message>
        <message>
            <source>This station has no server address. Packets stay in the outbox until it has one.</source>
            <translation>Ce poste n’a pas d’adresse de serveur. Les paquets restent dans la boîte d’envoi jusqu’à ce qu’il en ait une.</translation>
        </message>
        <message>
            <source>This station is for training with invented people: nothing leaves this computer.</source>
            <translation>Ce poste sert à la formation avec des personnes fictives : rien ne quitte cet ordinateur.</translation>
        </message>
        <message>
            <source>This station keeps no token for shared records of that number.</source>
            <translation>Ce poste ne garde aucun jeton de partage portant ce numéro.</translation>
        </message>
        <message>
            <source>This station knows no process {process}. Known are {known}; others are left out.</source>
            <translation>Ce poste ne connaît pas de processus {process}. Sont connus {known} ; les autres sont ignorés.</translation>
        </message>
        <message>
            <source>This station knows no proof of identity with that number.</source>
            <translation>Ce poste ne connaît pas de vérification d’identité portant ce numéro.</translation>
        </message>
        <message>
            <source>This station knows nobody who issues credentials to wallets. Synchronise it, or tell your administrator.</source>
            <translation>Ce poste ne connaît aucun émetteur d’attestations pour portefeuilles numériques. Synchronisez-le, ou parlez-en à votre administrateur.</translation>
        </message>
        <message>
            <source>This station opens with a password and the keyring of your account at this computer.</source>
            <translation>Ce poste s’ouvre avec un mot de passe et le trousseau de clés de votre compte sur cet ordinateur.</translation>
        </message>
        <message>
            <source>This station opens with a password on this computer only: its TPM holds a part of the key.</source>
            <translation>Ce poste s’ouvre avec un mot de passe, sur cet ordinateur seulement : sa puce TPM détient une partie de la clé.</translation>
        </message>
        <message>
            <source>This station was set up or changed by a newer version of Muster. Update the program.</source>
            <translation>Ce poste a été installé ou modifié par une version plus récente de Muster. Mettez le programme à jour.</translation>
        </message>
        <message>
            <source>This step did not succeed.</source>
            <translation>Cette étape n’a pas abouti.</translation>
        </message>
        <message>
            <source>This step found an identifier that may not be used here without a legal basis.</source>
            <translation>Cette étape a trouvé un identifiant qui ne peut pas être utilisé ici sans base légale.</translation>
        </message>
        <message>
            <source>This step is answered at once and waits for nothing.</source>
            <translation>Cette étape reçoit sa réponse tout de suite et n’attend rien.</translation>
        </message>
        <message>
            <source>This step needs a network, and may not wait for one.</source>
            <translation>Cette étape a besoin du réseau et ne peut pas l’attendre.</translation>
        </message>
        <message>
            <source>This step needs a network. It waits: go on with it when there is one.</source>
            <translation>Cette étape a besoin du réseau. Elle attend : continuez-la dès qu’il y en a un.</translation>
        </message>
        <message>
            <source>This step waits for MiTrust and for nothing else.</source>
            <translation>Cette étape attend MiTrust et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for a code and for nothing else.</source>
            <translation>Cette étape attend un code et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for a document and for nothing else.</source>
            <translation>Cette étape attend un document et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for a form and for nothing else.</source>
            <translation>Cette étape attend un formulaire et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for a wallet and for nothing else.</source>
            <translation>Cette étape attend un portefeuille numérique et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for the browser and for nothing else.</source>
            <translation>Cette étape attend le navigateur et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for the person and for nothing else.</source>
            <translation>Cette étape attend la personne et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for the service's answer and for nothing else.</source>
            <translation>Cette étape attend la réponse du service et rien d’autre.</translation>
        </message>
        <message>
            <source>This step waits for the sign-in and for nothing else.</source>
            <translation>Cette étape attend la connexion et rien d’autre.</translation>
        </message>
        <message>
            <source>This step was tried too often.</source>
            <translation>Cette étape a été tentée trop souvent.</translation>
        </message>
        <message>
            <source>This token cannot be renewed any more: its two years are over. The person has to share the records anew.</source>
            <translation>Ce jeton ne peut plus être renouvelé : ses deux ans sont écoulés. La personne doit partager ses dossiers de nouveau.</translation>
        </message>
        <message>
            <source>This update has nothing for a computer of this kind ({kind}).</source>
            <translation>Cette mise à jour n’a rien pour un ordinateur de ce type ({kind}).</translation>
        </message>
        <message>
            <source>This update is not signed by enough of the people who may release this program. Do not install it.</source>
            <translation>Cette mise à jour n’est pas signée par assez de personnes autorisées à publier ce programme. Ne l’installez pas.</translation>
        </message>
        <message>
            <source>This update is older than one that this computer already knows. Ask for the newest.</source>
            <translation>Cette mise à jour est plus ancienne qu’une autre que cet ordinateur connaît déjà. Demandez la plus récente.</translation>
        </message>
        <message>
            <source>This update was made on {made}, and the clock of this computer says {now}. Set the clock and try again.</source>
            <translation>Cette mise à jour a été faite le {made}, et l’horloge de cet ordinateur indique {now}. Réglez l’horloge et réessayez.</translation>
        </message>
        <message>
            <source>This was begun and interrupted. Begin it once more.</source>
            <translation>Ceci a été commencé puis interrompu. Recommencez.</translation>
        </message>
        <message>
            <source>This was not asked for.</source>
            <translation>Cela n’a pas été demandé.</translation>
        </message>
        <message>
            <source>This way of proving who somebody is is switched off.</source>
            <translation>Cette façon de prouver son identité est désactivée.</translation>
        </message>
        <message>
            <source>This way of proving who somebody is may not be used in {territory}.</source>
            <translation>Cette façon de prouver son identité ne peut pas être utilisée en {territory}.</translation>
        </message>
        <message>
            <source>This will be too large to be sent: about {expected} kB, and at most {limit} kB can be. Make the documents smaller or leave one out.</source>
            <translation>Ce sera trop grand pour être envoyé : environ {expected} ko, le maximum est de {limit} ko. Réduisez les documents ou laissez-en un de côté.</translation>
        </message>
        <message>
            <source>This {kind} is made for authentication and cannot register people. Use another one.</source>
            <translation>Cet appareil ({kind}) sert à l’authentification et ne peut pas enregistrer de personnes. Utilisez-en un autre.</translation>
        </message>
        <message>
            <source>This {kind} is too small to register people. It serves signing in and checks; connect a larger one.</source>
            <translation>Cet appareil ({kind}) est trop petit pour enregistrer des personnes. Il sert à se connecter et à vérifier ; branchez-en un plus grand.</translation>
        </message>
        <message>
            <source>Thumbs</source>
            <translation>Pouces</translation>
        </message>
        <message>
            <source>Tidying up failed</source>
            <translation>Rangement échoué</translation>
        </message>
        <message>
            <source>Time for a proof of identity over</source>
            <translation>Délai d’une preuve d’identité écoulé</translation>
        </message>
        <message>
            <source>Time for each step</source>
            <translation>Temps par étape</translation>
        </message>
        <message>
            <source>Time left: {days} days</source>
            <translation>Temps restant : {days} jours</translation>
        </message>
        <message>
            <source>Time left: {hours} h</source>
            <translation>Temps restant : {hours} h</translation>
        </message>
        <message>
            <source>Time left: {minutes} min</source>
            <translation>Temps restant : {minutes} min</translation>
        </message>
        <message>
            <source>Time left: {seconds} s</source>
            <translation>Temps restant : {seconds} s</translation>
        </message>
        <message>
            <source>Time runs out</source>
            <translation>Le délai expire</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>Fois</translation>
        </message>
        <message>
            <source>To be</source>
            <translation>À venir</translation>
        </message>
        <message>
            <source>To sign in with elsewhere</source>
            <translation>Pour se connecter ailleurs</translation>
        </message>
        <message>
            <source>To what comes next; with Shift to what was before</source>
            <translation>Vers ce qui suit ; avec Maj, vers ce qui précède</translation>
        </message>
        <message>
            <source>Token for sharing records again kept</source>
            <translation>Jeton de partage de dossiers gardé</translation>
        </message>
        <message>
            <source>Token for sharing records could not be renewed</source>
            <translation>Jeton de partage de dossiers non renouvelé</translation>
        </message>
        <message>
            <source>Token for sharing records destroyed</source>
            <translation>Jeton de partage de dossiers détruit</translation>
        </message>
        <message>
            <source>Token for sharing records renewed</source>
            <translation>Jeton de partage de dossiers renouvelé</translation>
        </message>
        <message>
            <source>Token of</source>
            <translation>Jeton de</translation>
        </message>
        <message>
            <source>Told by</source>
            <translation>Source</translation>
        </message>
        <message>
            <source>Too few features are seen in the print. Clean the finger and the glass and take it again.</source>
            <translation>L’empreinte montre trop peu de détails. Nettoyez le doigt et la vitre, puis recommencez.</translation>
        </message>
        <message>
            <source>Too few of the pictures show a face.</source>
            <translation>Trop peu d’images montrent un visage.</translation>
        </message>
        <message>
            <source>Too few people did enough of it in these days for the team's to stand beside yours.</source>
            <translation>Trop peu de personnes en ont fait assez ces jours-ci pour que les chiffres de l’équipe figurent à côté des vôtres.</translation>
        </message>
        <message>
            <source>Too few pictures were taken to judge this.</source>
            <translation>Trop peu d’images ont été prises pour en juger.</translation>
        </message>
        <message>
            <source>Too little of the background is in the picture to be judged.</source>
            <translation>On voit trop peu du fond pour en juger.</translation>
        </message>
        <message>
            <source>Too little of the two irises is seen to compare them.</source>
            <translation>On voit trop peu des deux iris pour les comparer.</translation>
        </message>
        <message>
            <source>Too little was captured in these days to compare devices and officers.</source>
            <translation>Trop peu a été capturé ces jours-là pour comparer appareils et agents.</translation>
        </message>
        <message>
            <source>Too little was done in these days for this to mean much.</source>
            <translation>Trop peu a été fait ces jours-là pour que cela signifie grand-chose.</translation>
        </message>
        <message>
            <source>Too many stations wait to be let in. Ask again later, or tell the hub's administrator.</source>
            <translation>Trop de postes attendent d’être admis. Demandez à nouveau plus tard, ou prévenez l’administrateur du concentrateur.</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader</source>
            <translation>Toucher le lecteur d’empreintes</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader.</source>
            <translation>Touchez le lecteur d’empreintes.</translation>
        </message>
        <message>
            <source>Trail</source>
            <translation>Journal</translation>
        </message>
        <message>
            <source>Trail exported for checking elsewhere</source>
            <translation>Journal exporté pour vérification ailleurs</translation>
        </message>
        <message>
            <source>Trail searched</source>
            <translation>Recherche dans le journal</translation>
        </message>
        <message>
            <source>Trail up to here signed by the machine key</source>
            <translation>Journal signé jusqu’ici par la clé de la machine</translation>
        </message>
        <message>
            <source>Training: nothing is sent to a real server</source>
            <translation>Formation : rien n’est envoyé à un vrai serveur</translation>
        </message>
        <message>
            <source>Trigger {trigger} names a process that does not exist: {process}. There are: {processes}.</source>
            <translation>Le déclencheur {trigger} nomme un processus qui n’existe pas : {process}. Il existe : {processes}.</translation>
        </message>
        <message>
            <source>Try on what was before</source>
            <translation>Essayer sur le passé</translation>
        </message>
        <message>
            <source>Try with this picture</source>
            <translation>Essayer avec cette image</translation>
        </message>
        <message>
            <source>Turn a little to the left.</source>
            <translation>Tournez-vous un peu vers la gauche.</translation>
        </message>
        <message>
            <source>Turn a little to the right.</source>
            <translation>Tournez-vous un peu vers la droite.</translation>
        </message>
        <message>
            <source>Turn your head slowly to the left, then back to the camera.</source>
            <translation>Tournez lentement la tête vers la gauche, puis revenez face à la caméra.</translation>
        </message>
        <message>
            <source>Turn your head slowly to the right, then back to the camera.</source>
            <translation>Tournez lentement la tête vers la droite, puis revenez face à la caméra.</translation>
        </message>
        <message>
            <source>Two drivers, {first} and {second}, claim one and the same {kind}. Neither is used: ask your administrator to leave one of them out.</source>
            <translation>Deux pilotes, {first} et {second}, revendiquent le même appareil ({kind}). Aucun n’est utilisé : demandez à votre administrateur d’en retirer un.</translation>
        </message>
        <message>
            <source>Two samples in the biometric file have the same index.</source>
            <translation>Deux échantillons du fichier biométrique ont le même index.</translation>
        </message>
        <message>
            <source>Two screens have the order {order}: give each its own.</source>
            <translation>Deux écrans ont l’ordre {order} : donnez à chacun le sien.</translation>
        </message>
        <message>
            <source>Two services say that they are the {kind} {serial} (ports {first} and {second}). Stop one of them.</source>
            <translation>Deux services se disent l’appareil {serial} ({kind}, ports {first} et {second}). Arrêtez l’un d’eux.</translation>
        </message>
        <message>
            <source>Two steps have the same name: {node}.</source>
            <translation>Deux étapes portent le même nom : {node}.</translation>
        </message>
        <message>
            <source>Type its beginning</source>
            <translation>Tapez son début</translation>
        </message>
        <message>
            <source>Type the beginning of a place; Enter takes the first one found.</source>
            <translation>Tapez le début d’un lieu ; Entrée prend le premier trouvé.</translation>
        </message>
        <message>
            <source>Type the name. Enter leads to the next empty field, Ctrl+Enter goes on.</source>
            <translation>Tapez le nom. Entrée mène au champ vide suivant, Ctrl+Entrée à la page suivante.</translation>
        </message>
        <message>
            <source>Type the number from the card (to practise, {number}). Then press what is to be changed.</source>
            <translation>Tapez le numéro de la carte (pour s’exercer, {number}). Puis appuyez sur ce qui doit être modifié.</translation>
        </message>
        <message>
            <source>Type the number from the card. Then press what is to be changed.</source>
            <translation>Tapez le numéro qui figure sur la carte. Appuyez ensuite sur ce qui doit être modifié.</translation>
        </message>
        <message>
            <source>Type the number from the person's card, then press what is to be changed, or fill in only that.</source>
            <translation>Saisissez le numéro de la carte de la personne, puis appuyez sur ce qui doit changer, ou ne remplissez que cela.</translation>
        </message>
        <message>
            <source>Undo all</source>
            <translation>Tout annuler</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>Déverrouiller</translation>
        </message>
        <message>
            <source>Use at this station</source>
            <translation>Utiliser sur ce poste</translation>
        </message>
        <message>
            <source>Use case</source>
            <translation>Cas d’usage</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>Nom d’utilisateur</translation>
        </message>
        <message>
            <source>User name or password is wrong. Check both and try again.</source>
            <translation>Nom d’utilisateur ou mot de passe incorrect. Vérifiez les deux et réessayez.</translation>
        </message>
        <message>
            <source>Usual size</source>
            <translation>Taille habituelle</translation>
        </message>
        <message>
            <source>Validators of the type {kind} are not checked here; use a regex.</source>
            <translation>Les validateurs du type {kind} ne sont pas vérifiés ici ; utilisez regex.</translation>
        </message>
        <message>
            <source>Validity</source>
            <translation>Validité</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>Version {number} is signed. Whoever signs in from {time} on works by it.</source>
            <translation>La version {number} est signée. Qui se connecte à partir du {time} travaille selon elle.</translation>
        </message>
        <message>
            <source>Version {version} does not start on this computer. Nothing was changed; tell those who released it.</source>
            <translation>La version {version} ne démarre pas sur cet ordinateur. Rien n’a été changé ; prévenez ceux qui l’ont publiée.</translation>
        </message>
        <message>
            <source>Version {version} is not newer than version {running}, which runs here. Nothing was changed.</source>
            <translation>La version {version} n’est pas plus récente que la version {running}, qui fonctionne ici. Rien n’a été changé.</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>Versions</translation>
        </message>
        <message>
            <source>Versions of the settings, the newest first</source>
            <translation>Versions des réglages, la plus récente d’abord</translation>
        </message>
        <message>
            <source>View</source>
            <translation>Affichage</translation>
        </message>
        <message>
            <source>Visa</source>
            <translation>Visa</translation>
        </message>
        <message>
            <source>Was</source>
            <translation>Était</translation>
        </message>
        <message>
            <source>Was not kept</source>
            <translation>N’a pas été gardé</translation>
        </message>
        <message>
            <source>Was told</source>
            <translation>Personne prévenue</translation>
        </message>
        <message>
            <source>Week from</source>
            <translation>Semaine du</translation>
        </message>
        <message>
            <source>Weight from which a supervisor has to look</source>
            <translation>Poids à partir duquel un superviseur doit regarder</translation>
        </message>
        <message>
            <source>Weight of a sign</source>
            <translation>Poids d’un signe</translation>
        </message>
        <message>
            <source>Weights of the signs</source>
            <translation>Poids des signes</translation>
        </message>
        <message>
            <source>Welcome, {name}</source>
            <translation>Bienvenue, {name}</translation>
        </message>
        <message>
            <source>Went wrong</source>
            <translation>Problème</translation>
        </message>
        <message>
            <source>What</source>
            <translation>Quoi</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is not signed by a device.</source>
            <translation>Ce qu’un appareil indique sur lui-même dans le fichier biométrique n’est pas signé par un appareil.</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is signed with another certificate than its capture.</source>
            <translation>Ce qu’un appareil indique sur lui-même dans le fichier biométrique est signé avec un autre certificat que sa capture.</translation>
        </message>
        <message>
            <source>What a document says is filled in at once</source>
            <translation>Ce que dit un document est rempli aussitôt</translation>
        </message>
        <message>
            <source>What a search found was shown to a supervisor</source>
            <translation>Résultat d’une recherche montré à un superviseur</translation>
        </message>
        <message>
            <source>What all verified pieces say</source>
            <translation>Ce que disent toutes les preuves vérifiées</translation>
        </message>
        <message>
            <source>What answered is not the registration server. Check the address and the network.</source>
            <translation>Ce qui a répondu n’est pas le serveur d’inscription. Vérifiez l’adresse et le réseau.</translation>
        </message>
        <message>
            <source>What came of telling a person to come again</source>
            <translation>Résultat de l’invitation à revenir</translation>
        </message>
        <message>
            <source>What does the person begin with?</source>
            <translation>Par quoi la personne commence-t-elle ?</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>Ce qui s’est passé</translation>
        </message>
        <message>
            <source>What happened to a registration was shown</source>
            <translation>Histoire d’un enregistrement montrée</translation>
        </message>
        <message>
            <source>What happened to registration {number}</source>
            <translation>Ce qui est arrivé à l’enregistrement {number}</translation>
        </message>
        <message>
            <source>What happened to this registration</source>
            <translation>Ce qui est arrivé à cet enregistrement</translation>
        </message>
        <message>
            <source>What is asked of a face to be taken for a living one</source>
            <translation>Ce qui est demandé à un visage pour être tenu pour vivant</translation>
        </message>
        <message>
            <source>What is open is kept. {name} can go on with it.</source>
            <translation>Ce qui est ouvert est conservé. {name} peut le poursuivre.</translation>
        </message>
        <message>
            <source>What is to be changed?</source>
            <translation>Que faut-il modifier ?</translation>
        </message>
        <message>
            <source>What is told of a registration was changed or is missing. It was not taken.</source>
            <translation>Ce qui est dit d’un enregistrement a été modifié ou manque. Il n’a pas été repris.</translation>
        </message>
        <message>
            <source>What it is about</source>
            <translation>Sujet</translation>
        </message>
        <message>
            <source>What judges fingers and eyes was started anew. It looks at this capture again at the check.</source>
            <translation>Ce qui évalue les doigts et les yeux a été redémarré. Cette prise sera réexaminée lors de la vérification.</translation>
        </message>
        <message>
            <source>What proved who this person is was destroyed here with the rest of the registration, after it was delivered or given up.</source>
            <translation>Ce qui prouvait l’identité de cette personne a été détruit ici avec le reste de l’enregistrement, après son envoi ou son abandon.</translation>
        </message>
        <message>
            <source>What providers said</source>
            <translation>Ce que les fournisseurs ont dit</translation>
        </message>
        <message>
            <source>What providers said shown to a supervisor</source>
            <translation>Réponses des fournisseurs montrées à un superviseur</translation>
        </message>
        <message>
            <source>What the biometric file says of how a sample was captured has a wrong form.</source>
            <translation>Ce que le fichier biométrique indique sur la capture d’un échantillon n’a pas la bonne forme.</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to an attempt that is over. Go on where the step stands.</source>
            <translation>Ce que le navigateur a rapporté appartient à une tentative terminée. Continuez là où en est l’étape.</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to another step, or to another attempt.</source>
            <translation>Ce que le navigateur a rapporté appartient à une autre étape, ou à une autre tentative.</translation>
        </message>
        <message>
            <source>What the browser brought back cannot be read. Begin this step again.</source>
            <translation>Ce que le navigateur a rapporté est illisible. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>What the chip answered was changed on the way, or this is not the chip that it says it is. Take the document off the reader and start again.</source>
            <translation>La réponse de la puce a été modifiée en chemin, ou cette puce n’est pas celle qu’elle prétend être. Retirez le document du lecteur et recommencez.</translation>
        </message>
        <message>
            <source>What the chip said before it was opened is not what the issuer signed. Somebody may listen in.</source>
            <translation>Ce que la puce a dit avant d’être ouverte n’est pas ce que l’émetteur a signé. Quelqu’un écoute peut-être.</translation>
        </message>
        <message>
            <source>What the identity provider gave to ask with does not belong to this sign-in. Tell your administrator.</source>
            <translation>L’autorisation que le fournisseur d’identité a donnée n’appartient pas à cette connexion. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>What the person saw has changed since. Show it again and let the person answer.</source>
            <translation>Ce que la personne a vu a changé depuis. Montrez-le de nouveau et laissez-la répondre.</translation>
        </message>
        <message>
            <source>What the server said was kept, as a new version</source>
            <translation>Réponse du serveur gardée comme nouvelle version</translation>
        </message>
        <message>
            <source>What the server sent cannot be opened with this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>Ce que le serveur a envoyé ne s’ouvre pas avec la clé de ce poste. Faites enregistrer là-bas celle de son dossier « keys ».</translation>
        </message>
        <message>
            <source>What the server sent for this station cannot be read: {part} is missing or has a wrong form.</source>
            <translation>Ce que le serveur a envoyé pour ce poste est illisible : {part} manque ou a une forme incorrecte.</translation>
        </message>
        <message>
            <source>What the server sent, the newest first</source>
            <translation>Ce que le serveur a envoyé, le plus récent d’abord</translation>
        </message>
        <message>
            <source>What the wallet sent belongs to another step, or to another attempt.</source>
            <translation>Ce que le portefeuille numérique a envoyé appartient à une autre étape ou à un autre essai.</translation>
        </message>
        <message>
            <source>What the wallet sent cannot be read, or was not meant for this station.</source>
            <translation>Ce que le portefeuille numérique a envoyé est illisible, ou n’était pas destiné à ce poste.</translation>
        </message>
        <message>
            <source>What the wallet showed was made for another question than this one.</source>
            <translation>Ce que le portefeuille numérique a présenté répond à une autre demande que celle-ci.</translation>
        </message>
        <message>
            <source>What the wallet showed was made for somebody else.</source>
            <translation>Ce que le portefeuille numérique a présenté était destiné à quelqu’un d’autre.</translation>
        </message>
        <message>
            <source>What the wallet showed was not made just now. Check this computer's clock and the telephone's.</source>
            <translation>Ce que le portefeuille numérique a présenté ne vient pas d’être établi. Vérifiez l’horloge de cet ordinateur et celle du téléphone.</translation>
        </message>
        <message>
            <source>What the {kind} sees is the wrong way round. Place it again.</source>
            <translation>Ce que voit l’appareil ({kind}) est à l’envers. Repositionnez.</translation>
        </message>
        <message>
            <source>What this station knows about sending messages cannot be used. Tell your administrator.</source>
            <translation>Les réglages d’envoi de messages de ce poste sont inutilisables. Prévenez votre administrateur.</translation>
        </message>
        <message>
            <source>What this version changed</source>
            <translation>Ce que cette version a modifié</translation>
        </message>
        <message>
            <source>What to do on each page, for learning</source>
            <translation>Que faire à chaque page, pour apprendre</translation>
        </message>
        <message>
            <source>What was captured of the person who brings the child is not enough. Go back and capture what is missing.</source>
            <translation>Ce qui a été capturé de la personne qui accompagne l’enfant ne suffit pas. Revenez en arrière et capturez ce qui manque.</translation>
        </message>
        <message>
            <source>What was remembered of the code cannot be read. Have another one sent.</source>
            <translation>Ce qui a été retenu du code est illisible. Faites-en envoyer un autre.</translation>
        </message>
        <message>
            <source>What was remembered of the question to the wallet cannot be read. Begin this step again.</source>
            <translation>Ce qui a été retenu de la demande au portefeuille numérique est illisible. Recommencez cette étape.</translation>
        </message>
        <message>
            <source>What was said about the center's gallery cannot be read: {part} is missing or wrong.</source>
            <translation>Ce qui a été dit de la galerie du centre ne peut pas être lu : {part} manque ou est erroné.</translation>
        </message>
        <message>
            <source>What was shown does not belong together. Ask your supervisor.</source>
            <translation>Ce qui a été présenté ne va pas ensemble. Demandez à votre superviseur.</translation>
        </message>
        <message>
            <source>What was typed</source>
            <translation>Ce qui a été saisi</translation>
        </message>
        <message>
            <source>What would be otherwise</source>
            <translation>Ce qui serait autrement</translation>
        </message>
        <message>
            <source>What would have gone otherwise</source>
            <translation>Ce qui se serait passé autrement</translation>
        </message>
        <message>
            <source>What would raise it:</source>
            <translation>Ce qui l’élèverait :</translation>
        </message>
        <message>
            <source>What you give us here is sent to those who can confirm it.</source>
            <translation>Ce que vous nous donnez ici est envoyé à ceux qui peuvent le confirmer.</translation>
        </message>
        <message>
            <source>When</source>
            <translation>Quand</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>Où</translation>
        </message>
        <message>
            <source>Where from</source>
            <translation>Provenance</translation>
        </message>
        <message>
            <source>Where the eyes look cannot be told in this picture.</source>
            <translation>Cette image ne permet pas de dire où les yeux regardent.</translation>
        </message>
        <message>
            <source>Whether the issuer has revoked what signed this chip cannot be told: there is no current list.</source>
            <translation>On ne peut pas savoir si l’émetteur a révoqué ce qui a signé cette puce : il n’y a pas de liste à jour.</translation>
        </message>
        <message>
            <source>Which figure</source>
            <translation>Quel chiffre</translation>
        </message>
        <message>
            <source>Which settings</source>
            <translation>Quels réglages</translation>
        </message>
        <message>
            <source>Which way does the person choose?</source>
            <translation>Quelle voie la personne choisit-elle ?</translation>
        </message>
        <message>
            <source>Which years?</source>
            <translation>Quelles années ?</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>Qui</translation>
        </message>
        <message>
            <source>Who is this?</source>
            <translation>Qui est-ce ?</translation>
        </message>
        <message>
            <source>Whoever introduced the person looks like the officer at the desk.</source>
            <translation>La personne qui l’a présentée ressemble à l’agent au guichet.</translation>
        </message>
        <message>
            <source>Whoever is new adds finger and face after signing in, under “My sign-in”.</source>
            <translation>La nouvelle personne ajoute son doigt et son visage après sa connexion, sous « Ma connexion ».</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Pourquoi</translation>
        </message>
        <message>
            <source>Why is it rejected?</source>
            <translation>Pourquoi est-il rejeté ?</translation>
        </message>
        <message>
            <source>Why is it sent back?</source>
            <translation>Pourquoi est-il renvoyé ?</translation>
        </message>
        <message>
            <source>Why is the best there is kept?</source>
            <translation>Pourquoi garder le meilleur obtenu ?</translation>
        </message>
        <message>
            <source>Why it stays</source>
            <translation>Pourquoi il reste</translation>
        </message>
        <message>
            <source>Why this proof is ended; nothing about the person</source>
            <translation>Pourquoi cette preuve est terminée ; rien sur la personne</translation>
        </message>
        <message>
            <source>Why, in a few words</source>
            <translation>Pourquoi, en quelques mots</translation>
        </message>
        <message>
            <source>Why? Nothing about the person.</source>
            <translation>Pourquoi ? Rien sur la personne.</translation>
        </message>
        <message>
            <source>With a finger you unlock the screen and sign with one touch. Face and fingers are kept sealed at this station; the face is also compared with everybody who is registered here.</source>
            <translation>Un doigt suffit pour déverrouiller l’écran et signer d’un seul geste. Visage et doigts sont conservés scellés sur ce poste ; le visage est aussi comparé à ceux des personnes inscrites ici.</translation>
        </message>
        <message>
            <source>With faces alike</source>
            <translation>Visages semblables</translation>
        </message>
        <message>
            <source>Without hints</source>
            <translation>Sans conseils</translation>
        </message>
        <message>
            <source>Words, a registration's number, or a person's name</source>
            <translation>Mots, numéro d’enregistrement ou nom d’une personne</translation>
        </message>
        <message>
            <source>Worn or damaged ridges</source>
            <translation>Crêtes usées ou abîmées</translation>
        </message>
        <message>
            <source>Worth</source>
            <translation>Valeur</translation>
        </message>
        <message>
            <source>Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read.</source>
            <translation>Indiquez un poste sous la forme CENTER_MACHINE=FILE, avec un fichier de clé publique lisible.</translation>
        </message>
        <message>
            <source>Write a name, an equals sign and a value: {pair}.</source>
            <translation>Écrivez un nom, un signe égal et une valeur : {pair}.</translation>
        </message>
        <message>
            <source>Write a report</source>
            <translation>Établir un rapport</translation>
        </message>
        <message>
            <source>Write a user as NAME=FILE, with a file that holds the password on its first line.</source>
            <translation>Écrivez un utilisateur sous la forme NAME=FILE, avec un fichier dont la première ligne contient le mot de passe.</translation>
        </message>
        <message>
            <source>Write differently</source>
            <translation>Écrire autrement</translation>
        </message>
        <message>
            <source>Write figures</source>
            <translation>Écrire les chiffres</translation>
        </message>
        <message>
            <source>Write the date as year/month/day, for example 1990/05/31.</source>
            <translation>Écrivez la date sous la forme année/mois/jour, par exemple 1990/05/31.</translation>
        </message>
        <message>
            <source>Write the hub's database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.</source>
            <translation>Écrivez la base de données du concentrateur sous la forme sqlite:///FILE ou postgresql://USER:PASSWORD@HOST/NAME.</translation>
        </message>
        <message>
            <source>Write the numbers</source>
            <translation>Écrire le tableau</translation>
        </message>
        <message>
            <source>Write the place for packets as file:///FOLDER or s3://BUCKET?endpoint=https://HOST.</source>
            <translation>Écrivez l’emplacement des paquets sous la forme file:///FOLDER ou s3://BUCKET?endpoint=https://HOST.</translation>
        </message>
        <message>
            <source>Wrong attempts in a row before anybody has to wait</source>
            <translation>Essais faux de suite avant qu’il faille attendre</translation>
        </message>
        <message>
            <source>Wrong attempts to show who somebody is</source>
            <translation>Tentatives erronées de prouver qui l’on est</translation>
        </message>
        <message>
            <source>Wrong passwords and the lock</source>
            <translation>Mots de passe faux et verrouillage</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>Oui</translation>
        </message>
        <message>
            <source>Yes, so it is</source>
            <translation>Oui, c’est bien cela</translation>
        </message>
        <message>
            <source>You are signed out. Sign in again.</source>
            <translation>Vous êtes déconnecté. Connectez-vous à nouveau.</translation>
        </message>
        <message>
            <source>You cannot block or remove yourself. Ask another administrator.</source>
            <translation>Vous ne pouvez pas vous bloquer ni vous retirer vous-même. Demandez à un autre administrateur.</translation>
        </message>
        <message>
            <source>You chose that this is to be changed, and nothing of it is filled in. Fill in what has changed, or take the choice back.</source>
            <translation>Vous avez choisi de modifier cela, et rien n’en est rempli. Remplissez ce qui a changé, ou retirez ce choix.</translation>
        </message>
        <message>
            <source>You did not say that this is the person. Compare again, or take another way. Where it is somebody else, put the registration away and call a supervisor.</source>
            <translation>Vous n’avez pas confirmé que c’est bien la personne. Comparez à nouveau ou prenez une autre voie. Si c’est quelqu’un d’autre, mettez l’inscription de côté et appelez un superviseur.</translation>
        </message>
        <message>
            <source>You have not enrolled a finger at this station. Use your password.</source>
            <translation>Vous n’avez enregistré aucun doigt sur ce poste. Utilisez votre mot de passe.</translation>
        </message>
        <message>
            <source>You have not set up all that this station asks for at sign-in. Open “My sign-in” and do it first.</source>
            <translation>Vous n’avez pas encore configuré tout ce que ce poste demande à la connexion. Ouvrez « Ma connexion » et faites-le d’abord.</translation>
        </message>
        <message>
            <source>You may not work at this station at present. Ask an administrator of the station.</source>
            <translation>Vous ne pouvez pas travailler sur ce poste pour le moment. Adressez-vous à un administrateur du poste.</translation>
        </message>
        <message>
            <source>You registered this person yourself, so somebody else has to decide.</source>
            <translation>Vous avez enregistré cette personne vous-même : quelqu’un d’autre doit décider.</translation>
        </message>
        <message>
            <source>You registered this person, so somebody else has to confirm it.</source>
            <translation>Vous avez inscrit cette personne : quelqu’un d’autre doit confirmer.</translation>
        </message>
        <message>
            <source>You stopped this step. Nothing was changed.</source>
            <translation>Vous avez arrêté cette étape. Rien n’a été modifié.</translation>
        </message>
        <message>
            <source>Your administrator gives you these numbers.</source>
            <translation>Votre administrateur vous communique ces numéros.</translation>
        </message>
        <message>
            <source>Your face or fingers are looked at to see that it is you.</source>
            <translation>Votre visage ou vos doigts sont examinés pour vérifier que c’est bien vous.</translation>
        </message>
        <message>
            <source>Your figures stand beside the team's: nothing needs your attention.</source>
            <translation>Vos chiffres valent ceux de l’équipe : rien ne demande votre attention.</translation>
        </message>
        <message>
            <source>Your password</source>
            <translation>Votre mot de passe</translation>
        </message>
        <message>
            <source>Your password is your signature, and so is one touch.</source>
            <translation>Votre mot de passe vaut signature, tout comme un toucher du doigt.</translation>
        </message>
        <message>
            <source>Your password is your signature.</source>
            <translation>Votre mot de passe est votre signature.</translation>
        </message>
        <message>
            <source>Your password is your signature. On a training station it is filled in.</source>
            <translation>Votre mot de passe est votre signature. Sur un poste de formation, il est déjà rempli.</translation>
        </message>
        <message>
            <source>Your password: it is needed for every change on this page.</source>
            <translation>Votre mot de passe : il est nécessaire pour chaque modification sur cette page.</translation>
        </message>
        <message>
            <source>a capture that did not do, or was kept all the same</source>
            <translation>une capture insuffisante, ou gardée malgré tout</translation>
        </message>
        <message>
            <source>a supervisor is asked</source>
            <translation>un superviseur est consulté</translation>
        </message>
        <message>
            <source>accepted by the server</source>
            <translation>accepté par le serveur</translation>
        </message>
        <message>
            <source>add a passport or identity card</source>
            <translation>ajouter un passeport ou une carte d’identité</translation>
        </message>
        <message>
            <source>adult</source>
            <translation>adulte</translation>
        </message>
        <message>
            <source>age in months: {months}</source>
            <translation>âge en mois : {months}</translation>
        </message>
        <message>
            <source>age {years}</source>
            <translation>âge : {years}</translation>
        </message>
        <message>
            <source>all that are installed</source>
            <translation>tous ceux qui sont installés</translation>
        </message>
        <message>
            <source>announced, waits to be sent</source>
            <translation>annoncé, en attente d’envoi</translation>
        </message>
        <message>
            <source>approved</source>
            <translation>approuvé</translation>
        </message>
        <message>
            <source>as of all fingers</source>
            <translation>comme tous les doigts</translation>
        </message>
        <message>
            <source>ask a register for the person's record</source>
            <translation>demander les données de la personne à un registre</translation>
        </message>
        <message>
            <source>asked of another system</source>
            <translation>demandé à un autre système</translation>
        </message>
        <message>
            <source>asked on {time}</source>
            <translation>interrogé le {time}</translation>
        </message>
        <message>
            <source>at any time</source>
            <translation>à tout moment</translation>
        </message>
        <message>
            <source>at {address}</source>
            <translation>à {address}</translation>
        </message>
        <message>
            <source>barcode</source>
            <translation>code-barres</translation>
        </message>
        <message>
            <source>begun</source>
            <translation>commencé</translation>
        </message>
        <message>
            <source>being processed</source>
            <translation>en cours de traitement</translation>
        </message>
        <message>
            <source>being watched for a moment</source>
            <translation>être observé un instant</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>bloqué</translation>
        </message>
        <message>
            <source>camera</source>
            <translation>caméra</translation>
        </message>
        <message>
            <source>can be begun</source>
            <translation>peut commencer</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>annulé</translation>
        </message>
        <message>
            <source>cannot be captured</source>
            <translation>capture impossible</translation>
        </message>
        <message>
            <source>captured</source>
            <translation>capturé</translation>
        </message>
        <message>
            <source>certificate until {date}</source>
            <translation>certificat jusqu’au {date}</translation>
        </message>
        <message>
            <source>changed after something had been captured</source>
            <translation>changé après une première capture</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>puce</translation>
        </message>
        <message>
            <source>chip reader</source>
            <translation>lecteur de puces</translation>
        </message>
        <message>
            <source>chosen</source>
            <translation>choisi</translation>
        </message>
        <message>
            <source>compare the face</source>
            <translation>comparer le visage</translation>
        </message>
        <message>
            <source>counts</source>
            <translation>compte</translation>
        </message>
        <message>
            <source>day/month/year</source>
            <translation>jour/mois/année</translation>
        </message>
        <message>
            <source>dead: the person has to share anew</source>
            <translation>mort : la personne doit partager à nouveau</translation>
        </message>
        <message>
            <source>destroyed, as the server has it</source>
            <translation>détruit, le serveur l’ayant reçu</translation>
        </message>
        <message>
            <source>did not succeed</source>
            <translation>n’a pas abouti</translation>
        </message>
        <message>
            <source>discarded</source>
            <translation>abandonnée</translation>
        </message>
        <message>
            <source>document</source>
            <translation>document</translation>
        </message>
        <message>
            <source>document scanner</source>
            <translation>scanner de documents</translation>
        </message>
        <message>
            <source>done</source>
            <translation>fait</translation>
        </message>
        <message>
            <source>drawn as a sample</source>
            <translation>tiré au sort</translation>
        </message>
        <message>
            <source>everything</source>
            <translation>tout</translation>
        </message>
        <message>
            <source>eyes</source>
            <translation>yeux</translation>
        </message>
        <message>
            <source>face</source>
            <translation>visage</translation>
        </message>
        <message>
            <source>face or finger</source>
            <translation>visage ou doigt</translation>
        </message>
        <message>
            <source>fair evidence</source>
            <translation>preuve passable</translation>
        </message>
        <message>
            <source>filled in at home</source>
            <translation>rempli à la maison</translation>
        </message>
        <message>
            <source>fingerprint reader</source>
            <translation>lecteur d’empreintes</translation>
        </message>
        <message>
            <source>fingers</source>
            <translation>doigts</translation>
        </message>
        <message>
            <source>firmware {firmware}</source>
            <translation>micrologiciel {firmware}</translation>
        </message>
        <message>
            <source>for signing in and checks only</source>
            <translation>pour se connecter et vérifier seulement</translation>
        </message>
        <message>
            <source>fresh</source>
            <translation>récent</translation>
        </message>
        <message>
            <source>from now on</source>
            <translation>à partir de maintenant</translation>
        </message>
        <message>
            <source>from tomorrow on</source>
            <translation>à partir de demain</translation>
        </message>
        <message>
            <source>given</source>
            <translation>donnée</translation>
        </message>
        <message>
            <source>good</source>
            <translation>bon</translation>
        </message>
        <message>
            <source>has no password yet: choose, and give one</source>
            <translation>n’a pas encore de mot de passe : choisissez et donnez-en un</translation>
        </message>
        <message>
            <source>held</source>
            <translation>en attente</translation>
        </message>
        <message>
            <source>how full the disk was is not kept</source>
            <translation>le remplissage du disque n’est pas conservé</translation>
        </message>
        <message>
            <source>identity {level}</source>
            <translation>identité {level}</translation>
        </message>
        <message>
            <source>in a week</source>
            <translation>dans une semaine</translation>
        </message>
        <message>
            <source>in the future</source>
            <translation>dans le futur</translation>
        </message>
        <message>
            <source>in the last {days} days</source>
            <translation>ces {days} derniers jours</translation>
        </message>
        <message>
            <source>infant</source>
            <translation>petit enfant</translation>
        </message>
        <message>
            <source>iris camera</source>
            <translation>caméra d’iris</translation>
        </message>
        <message>
            <source>is being judged …</source>
            <translation>évaluation en cours …</translation>
        </message>
        <message>
            <source>is looked at elsewhere</source>
            <translation>est examiné ailleurs</translation>
        </message>
        <message>
            <source>is there</source>
            <translation>répond</translation>
        </message>
        <message>
            <source>it decides about no registration of before</source>
            <translation>n’aurait décidé d’aucune inscription passée</translation>
        </message>
        <message>
            <source>its time is over</source>
            <translation>son délai est écoulé</translation>
        </message>
        <message>
            <source>kept below the threshold</source>
            <translation>gardé sous le seuil</translation>
        </message>
        <message>
            <source>kept with a reason</source>
            <translation>gardé avec une raison</translation>
        </message>
        <message>
            <source>later</source>
            <translation>plus tard</translation>
        </message>
        <message>
            <source>let somebody vouch for the person</source>
            <translation>faire se porter garant quelqu’un</translation>
        </message>
        <message>
            <source>let the person sign in at a provider</source>
            <translation>faire connecter la personne chez un fournisseur</translation>
        </message>
        <message>
            <source>let the person sign in at a provider with two factors</source>
            <translation>faire connecter la personne chez un fournisseur avec deux facteurs</translation>
        </message>
        <message>
            <source>let the person sign in at a trusted provider</source>
            <translation>faire connecter la personne chez un fournisseur de confiance</translation>
        </message>
        <message>
            <source>lives, and is renewed no more: the person has to share anew</source>
            <translation>vit encore, mais n’est plus renouvelé : la personne doit partager à nouveau</translation>
        </message>
        <message>
            <source>looked up here</source>
            <translation>recherché ici</translation>
        </message>
        <message>
            <source>may be approved unseen</source>
            <translation>peut être approuvé sans examen</translation>
        </message>
        <message>
            <source>minor</source>
            <translation>mineur</translation>
        </message>
        <message>
            <source>month/day/year</source>
            <translation>mois/jour/année</translation>
        </message>
        <message>
            <source>must be looked at</source>
            <translation>doit être examiné</translation>
        </message>
        <message>
            <source>need not succeed</source>
            <translation>peut échouer sans conséquence</translation>
        </message>
        <message>
            <source>never asked</source>
            <translation>jamais interrogé</translation>
        </message>
        <message>
            <source>next renewal on {day}</source>
            <translation>prochain renouvellement le {day}</translation>
        </message>
        <message>
            <source>no</source>
            <translation>non</translation>
        </message>
        <message>
            <source>no name yet</source>
            <translation>sans nom pour l’instant</translation>
        </message>
        <message>
            <source>nobody asks</source>
            <translation>personne ne le demande</translation>
        </message>
        <message>
            <source>nobody is asked</source>
            <translation>personne n’est consulté</translation>
        </message>
        <message>
            <source>nobody knows what people would have done then</source>
            <translation>personne ne sait ce que les gens auraient fait alors</translation>
        </message>
        <message>
            <source>nobody knows what the center would have answered</source>
            <translation>personne ne sait ce que le centre aurait répondu</translation>
        </message>
        <message>
            <source>nobody knows which other device would have been there</source>
            <translation>personne ne sait quel autre appareil aurait été là</translation>
        </message>
        <message>
            <source>none</source>
            <translation>aucune</translation>
        </message>
        <message>
            <source>not asked for</source>
            <translation>non demandée</translation>
        </message>
        <message>
            <source>not asked lately</source>
            <translation>pas interrogé récemment</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>aucun appareil branché</translation>
        </message>
        <message>
            <source>not decided</source>
            <translation>non décidé</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>pas nécessaire</translation>
        </message>
        <message>
            <source>not proven</source>
            <translation>non prouvé</translation>
        </message>
        <message>
            <source>not sure: compare it</source>
            <translation>pas sûr : comparez</translation>
        </message>
        <message>
            <source>not there: people are spared it</source>
            <translation>ne répond pas : on l’évite aux gens</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>rien</translation>
        </message>
        <message>
            <source>nothing unusual</source>
            <translation>rien d’inhabituel</translation>
        </message>
        <message>
            <source>nothing yet</source>
            <translation>rien pour l’instant</translation>
        </message>
        <message>
            <source>now</source>
            <translation>maintenant</translation>
        </message>
        <message>
            <source>number {serial}</source>
            <translation>numéro {serial}</translation>
        </message>
        <message>
            <source>on its way on a drive</source>
            <translation>en route sur un support</translation>
        </message>
        <message>
            <source>one of the two is enough</source>
            <translation>l’un des deux suffit</translation>
        </message>
        <message>
            <source>one-time code</source>
            <translation>code à usage unique</translation>
        </message>
        <message>
            <source>overdue: the service is asked whether it still lives</source>
            <translation>en retard : on demande au service s’il vit encore</translation>
        </message>
        <message>
            <source>passport zone</source>
            <translation>zone du passeport</translation>
        </message>
        <message>
            <source>perhaps alike</source>
            <translation>peut-être semblable</translation>
        </message>
        <message>
            <source>printed text</source>
            <translation>texte imprimé</translation>
        </message>
        <message>
            <source>processed</source>
            <translation>traité</translation>
        </message>
        <message>
            <source>processed, the number was given</source>
            <translation>traité, le numéro est attribué</translation>
        </message>
        <message>
            <source>proof of identity</source>
            <translation>preuve d’identité</translation>
        </message>
        <message>
            <source>proven</source>
            <translation>prouvé</translation>
        </message>
        <message>
            <source>quality %p</source>
            <translation>qualité %p</translation>
        </message>
        <message>
            <source>rather sure</source>
            <translation>plutôt sûr</translation>
        </message>
        <message>
            <source>read the chip of a passport or identity card</source>
            <translation>lire la puce d’un passeport ou d’une carte d’identité</translation>
        </message>
        <message>
            <source>ready to be sealed</source>
            <translation>prêt à sceller</translation>
        </message>
        <message>
            <source>records shared through MiTrust</source>
            <translation>données partagées par MiTrust</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>refusé</translation>
        </message>
        <message>
            <source>refused by the server</source>
            <translation>refusé par le serveur</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>rejeté</translation>
        </message>
        <message>
            <source>rejected by the server</source>
            <translation>rejeté par le serveur</translation>
        </message>
        <message>
            <source>risk {before} → {after}</source>
            <translation>risque {before} → {after}</translation>
        </message>
        <message>
            <source>risk {weight}</source>
            <translation>risque {weight}</translation>
        </message>
        <message>
            <source>send the person a one-time code</source>
            <translation>envoyer à la personne un code à usage unique</translation>
        </message>
        <message>
            <source>sent back</source>
            <translation>renvoyé</translation>
        </message>
        <message>
            <source>sign-in at a provider</source>
            <translation>connexion chez un fournisseur</translation>
        </message>
        <message>
            <source>sign-in at a trusted provider</source>
            <translation>connexion auprès d’un fournisseur de confiance</translation>
        </message>
        <message>
            <source>sign-in {level}</source>
            <translation>connexion {level}</translation>
        </message>
        <message>
            <source>signed with the certificate {digest}</source>
            <translation>signé avec le certificat {digest}</translation>
        </message>
        <message>
            <source>signs in with: {names}</source>
            <translation>se connecte avec : {names}</translation>
        </message>
        <message>
            <source>somebody decided</source>
            <translation>quelqu’un a décidé</translation>
        </message>
        <message>
            <source>somebody saw what is not for everybody</source>
            <translation>quelqu’un a vu ce que tout le monde ne peut pas voir</translation>
        </message>
        <message>
            <source>somewhat sure (low)</source>
            <translation>assez sûr (faible)</translation>
        </message>
        <message>
            <source>sources that could answer: {count}</source>
            <translation>sources qui pourraient répondre : {count}</translation>
        </message>
        <message>
            <source>still owed</source>
            <translation>encore due</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>arrêté</translation>
        </message>
        <message>
            <source>strong evidence</source>
            <translation>preuve forte</translation>
        </message>
        <message>
            <source>suggested</source>
            <translation>suggéré</translation>
        </message>
        <message>
            <source>superior evidence</source>
            <translation>preuve supérieure</translation>
        </message>
        <message>
            <source>sure</source>
            <translation>sûr</translation>
        </message>
        <message>
            <source>sure (substantial)</source>
            <translation>sûr (substantiel)</translation>
        </message>
        <message>
            <source>take the identity from the person's wallet</source>
            <translation>prendre l’identité dans le portefeuille de la personne</translation>
        </message>
        <message>
            <source>the device itself</source>
            <translation>l’appareil lui-même</translation>
        </message>
        <message>
            <source>the person did not agree</source>
            <translation>la personne n’a pas consenti</translation>
        </message>
        <message>
            <source>the person was told to come again</source>
            <translation>la personne a été priée de revenir</translation>
        </message>
        <message>
            <source>the person's signature</source>
            <translation>la signature de la personne</translation>
        </message>
        <message>
            <source>the screen would not have locked: opened again after {time}</source>
            <translation>l’écran ne se serait pas verrouillé : rouvert après {time}</translation>
        </message>
        <message>
            <source>the server asks for more</source>
            <translation>le serveur demande un complément</translation>
        </message>
        <message>
            <source>the server wants it again</source>
            <translation>le serveur le redemande</translation>
        </message>
        <message>
            <source>the share of exceptions is kept over the days of then alone</source>
            <translation>la part des exceptions n’est conservée que sur les jours d’alors</translation>
        </message>
        <message>
            <source>this person must come again</source>
            <translation>cette personne doit revenir</translation>
        </message>
        <message>
            <source>this station</source>
            <translation>ce poste</translation>
        </message>
        <message>
            <source>to be captured</source>
            <translation>à capturer</translation>
        </message>
        <message>
            <source>to be renewed</source>
            <translation>à renouveler</translation>
        </message>
        <message>
            <source>today</source>
            <translation>aujourd’hui</translation>
        </message>
        <message>
            <source>too many wrong attempts; can try again in {minutes} min</source>
            <translation>trop de tentatives erronées ; nouvel essai possible dans {minutes} min</translation>
        </message>
        <message>
            <source>turning the head and shutting the eyes</source>
            <translation>tourner la tête et fermer les yeux</translation>
        </message>
        <message>
            <source>typed</source>
            <translation>saisi</translation>
        </message>
        <message>
            <source>under way</source>
            <translation>en cours</translation>
        </message>
        <message>
            <source>unknown kind of file</source>
            <translation>type de fichier inconnu</translation>
        </message>
        <message>
            <source>unknown name</source>
            <translation>nom inconnu</translation>
        </message>
        <message>
            <source>valid until {day}</source>
            <translation>valable jusqu’au {day}</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>vérifié</translation>
        </message>
        <message>
            <source>very alike</source>
            <translation>très semblable</translation>
        </message>
        <message>
            <source>very sure (high)</source>
            <translation>très sûr (élevé)</translation>
        </message>
        <message>
            <source>vouched for</source>
            <translation>par un garant</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>en attente</translation>
        </message>
        <message>
            <source>waits for an answer</source>
            <translation>attend une réponse</translation>
        </message>
        <message>
            <source>waits for review</source>
            <translation>en attente de validation</translation>
        </message>
        <message>
            <source>waits for somebody outside</source>
            <translation>attend quelqu’un à l’extérieur</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>en attente d’envoi</translation>
        </message>
        <message>
            <source>wallet on the telephone</source>
            <translation>portefeuille sur le téléphone</translation>
        </message>
        <message>
            <source>was valid until {day}</source>
            <translation>était valable jusqu’au {day}</translation>
        </message>
        <message>
            <source>weak</source>
            <translation>faible</translation>
        </message>
        <message>
            <source>when it was told that the screen is about to lock is not kept</source>
            <translation>le moment où le verrouillage a été annoncé n’est pas conservé</translation>
        </message>
        <message>
            <source>without an end</source>
            <translation>sans fin</translation>
        </message>
        <message>
            <source>would be asked for: {what}</source>
            <translation>serait demandé : {what}</translation>
        </message>
        <message>
            <source>would not be asked for: {what}</source>
            <translation>ne serait pas demandé : {what}</translation>
        </message>
        <message>
            <source>wrong {count} times in a row · longest wait: {before} → {after}</source>
            <translation>{count} erreurs de suite · plus longue attente : {before} → {after}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>oui</translation>
        </message>
        <message>
            <source>{allowed} attempts are allowed.</source>
            <translation>Essais autorisés : {allowed}.</translation>
        </message>
        <message>
            <source>{attribute}: {mine} % good at the first try, the team's {team} %.</source>
            <translation>{attribute} : {mine} % bons au premier essai, {team} % pour l’équipe.</translation>
        </message>
        <message>
            <source>{count} decisions are signed and count.</source>
            <translation>{count} décisions sont signées et comptent.</translation>
        </message>
        <message>
            <source>{count} faces</source>
            <translation>{count} visages</translation>
        </message>
        <message>
            <source>{count} older ones</source>
            <translation>{count} plus anciens</translation>
        </message>
        <message>
            <source>{count} older records are still being counted.</source>
            <translation>{count} entrées plus anciennes sont encore comptées.</translation>
        </message>
        <message>
            <source>{count} older records are still being made ready to be searched.</source>
            <translation>{count} entrées plus anciennes sont encore préparées pour la recherche.</translation>
        </message>
        <message>
            <source>{count} packets wait; sending them takes about {minutes} minutes.</source>
            <translation>{count} paquets attendent ; leur envoi prend environ {minutes} minutes.</translation>
        </message>
        <message>
            <source>{count} packets were accepted by the server.</source>
            <translation>Paquets acceptés par le serveur : {count}.</translation>
        </message>
        <message>
            <source>{count} registrations fit. Type more of the number or the name.</source>
            <translation>{count} enregistrements correspondent. Précisez le numéro ou le nom.</translation>
        </message>
        <message>
            <source>{count} were sent meanwhile and wait for you again.</source>
            <translation>{count} ont été envoyés entre-temps et vous attendent de nouveau.</translation>
        </message>
        <message>
            <source>{days} days</source>
            <translation>{days} jours</translation>
        </message>
        <message>
            <source>{decision}, to be signed off</source>
            <translation>{decision}, à signer</translation>
        </message>
        <message>
            <source>{decision}{reason} by {name}, {time}</source>
            <translation>{decision}{reason} par {name}, {time}</translation>
        </message>
        <message>
            <source>{device} gives poorer quality for everybody at present: that is not your doing. Tell your supervisor.</source>
            <translation>{device} donne actuellement une qualité plus faible à tout le monde : ce n’est pas de votre fait. Prévenez votre superviseur.</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower for every officer since {day}. Clean it, or have it looked at.</source>
            <translation>{device}, {what} : depuis le {day}, la qualité est plus basse de {points} points pour chaque agent. Nettoyez-le ou faites-le vérifier.</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower than with the other devices, whoever works with it. Clean it, or have it looked at.</source>
            <translation>{device}, {what} : la qualité est plus basse de {points} points qu’avec les autres appareils, quel que soit l’agent. Nettoyez-le ou faites-le vérifier.</translation>
        </message>
        <message>
            <source>{differing} of {cases} registrations of the last {days} days would have gone otherwise. Supervisors would have been asked about {after} instead of {before}.</source>
            <translation>{differing} des {cases} inscriptions des {days} derniers jours se seraient passées autrement. Les superviseurs auraient été consultés pour {after} au lieu de {before}.</translation>
        </message>
        <message>
            <source>{document} from {provider}</source>
            <translation>{document} de {provider}</translation>
        </message>
        <message>
            <source>{document}: {before} kB before, {after} kB now. Look whether it can still be read; if not, scan it again.</source>
            <translation>{document} : {before} ko avant, {after} ko maintenant. Vérifiez qu’il reste lisible ; sinon, numérisez-le à nouveau.</translation>
        </message>
        <message>
            <source>{fields} details filled in, {documents} documents attached. What you had typed was left as it is.</source>
            <translation>{fields} champs remplis, {documents} documents joints. Ce que vous aviez saisi est resté tel quel.</translation>
        </message>
        <message>
            <source>{field} (may be left out)</source>
            <translation>{field} (facultatif)</translation>
        </message>
        <message>
            <source>{field} and {other} are the same number: nobody can bring along themselves.</source>
            <translation>{field} et {other} sont le même numéro : personne ne peut s’accompagner soi-même.</translation>
        </message>
        <message>
            <source>{file} does not say how the clip was taken.</source>
            <translation>{file} ne dit pas comment la séquence a été prise.</translation>
        </message>
        <message>
            <source>{file} in the pack of networks is missing or was changed after it was signed.</source>
            <translation>{file} manque dans le lot de réseaux ou a été modifié après la signature.</translation>
        </message>
        <message>
            <source>{file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>{file} n’est pas du texte brut en UTF-8. Enregistrez-le en UTF-8.</translation>
        </message>
        <message>
            <source>{folder} is a file, and a folder is needed here.</source>
            <translation>{folder} est un fichier, et il faut ici un dossier.</translation>
        </message>
        <message>
            <source>{form}, {size} kB</source>
            <translation>{form}, {size} ko</translation>
        </message>
        <message>
            <source>{host} answers but sends no pictures. Ask your administrator to check the camera's address, password and certificate.</source>
            <translation>{host} répond mais n’envoie pas d’images. Demandez à votre administrateur de vérifier l’adresse, le mot de passe et le certificat de la caméra.</translation>
        </message>
        <message>
            <source>{hours} h</source>
            <translation>{hours} h</translation>
        </message>
        <message>
            <source>{limit}: {most}. Nobody new could have been registered; {begun} were.</source>
            <translation>{limit} : {most}. Personne de nouveau n’aurait pu être inscrit ; {begun} l’ont été.</translation>
        </message>
        <message>
            <source>{limit}: {most}. Work would have gone on.</source>
            <translation>{limit} : {most}. Le travail aurait continué.</translation>
        </message>
        <message>
            <source>{minimum} of these {count}</source>
            <translation>{minimum} de ces {count}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} min</translation>
        </message>
        <message>
            <source>{name} cannot be {value}. It may be {allowed}.</source>
            <translation>{name} : {value} n’est pas possible. Valeurs permises : {allowed}.</translation>
        </message>
        <message>
            <source>{name} is no name for a driver: take small letters, digits and underscores, with a letter first.</source>
            <translation>{name} ne convient pas comme nom de pilote : prenez des minuscules, des chiffres et des traits bas, en commençant par une lettre.</translation>
        </message>
        <message>
            <source>{name} took the proof on {time}. What it rests on is no longer here.</source>
            <translation>{name} a retiré la preuve le {time}. Ce sur quoi elle repose n’est plus ici.</translation>
        </message>
        <message>
            <source>{name} would be good enough</source>
            <translation>{name} suffirait</translation>
        </message>
        <message>
            <source>{name} would be too poor</source>
            <translation>{name} serait insuffisant</translation>
        </message>
        <message>
            <source>{name} · next: {step} · {time}</source>
            <translation>{name} · à suivre : {step} · {time}</translation>
        </message>
        <message>
            <source>{name}, drawn. The numbers stand in the table.</source>
            <translation>{name}, en dessin. Les nombres sont dans le tableau.</translation>
        </message>
        <message>
            <source>{name}, in numbers</source>
            <translation>{name}, en nombres</translation>
        </message>
        <message>
            <source>{name}, page {number} of {count}</source>
            <translation>{name}, page {number} sur {count}</translation>
        </message>
        <message>
            <source>{name}: agreed on {time}</source>
            <translation>{name} : accord donné le {time}</translation>
        </message>
        <message>
            <source>{name}: cannot be captured ({reason})</source>
            <translation>{name} : capture impossible ({reason})</translation>
        </message>
        <message>
            <source>{name}: this file cannot be shown here. Save a copy and open it where it can be.</source>
            <translation>{name} : ce fichier ne peut pas être affiché ici. Enregistrez une copie et ouvrez-la là où c’est possible.</translation>
        </message>
        <message>
            <source>{name}: {quality}</source>
            <translation>{name} : {quality}</translation>
        </message>
        <message>
            <source>{number} · {name} · sealed {time}</source>
            <translation>{number} · {name} · scellé {time}</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower since {day}, and too little was done by others or elsewhere to say which of the two it is. Clean the device, and exchange devices for some days.</source>
            <translation>{officer} avec {device}, {what} : depuis le {day}, la qualité est plus basse de {points} points, et trop peu a été fait par d’autres ou ailleurs pour dire lequel des deux en est la cause. Nettoyez l’appareil, et échangez les appareils pendant quelques jours.</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower than elsewhere, and nobody else worked with it who worked with another one too. Exchange devices for some days to see which of the two it is.</source>
            <translation>{officer} avec {device}, {what} : la qualité est plus basse de {points} points qu’ailleurs, et personne d’autre n’a travaillé à la fois avec cet appareil et un autre. Échangez les appareils pendant quelques jours pour voir lequel des deux en est la cause.</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower since {day}, whatever the device. Ask what has changed.</source>
            <translation>{officer}, {what} : depuis le {day}, la qualité est plus basse de {points} points, quel que soit l’appareil. Demandez ce qui a changé.</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower than the team's with the same devices. Go through the placement together.</source>
            <translation>{officer}, {what} : la qualité est plus basse de {points} points que celle de l’équipe avec les mêmes appareils. Revoyez ensemble le placement.</translation>
        </message>
        <message>
            <source>{one}, and then {other}</source>
            <translation>{one}, puis {other}</translation>
        </message>
        <message>
            <source>{packets} packets ({megabytes} MB) and {faces} faces that are kept now would be destroyed at once; {back} packets that were destroyed would still be here.</source>
            <translation>{packets} paquets ({megabytes} Mo) et {faces} visages conservés seraient détruits aussitôt ; {back} paquets détruits seraient encore ici.</translation>
        </message>
        <message>
            <source>{rate} pictures a second come.</source>
            <translation>{rate} images arrivent par seconde.</translation>
        </message>
        <message>
            <source>{score} of at most {strength}</source>
            <translation>{score} sur {strength} au plus</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} s</translation>
        </message>
        <message>
            <source>{seen} fingers are seen instead of {wanted}. Take everything else off the glass.</source>
            <translation>{seen} doigts sont visibles au lieu de {wanted}. Retirez tout le reste de la vitre.</translation>
        </message>
        <message>
            <source>{seen} fingers are seen, but only {wanted} should be there. Check the exceptions.</source>
            <translation>{seen} doigts sont visibles, alors qu’il ne devrait y en avoir que {wanted}. Vérifiez les exceptions.</translation>
        </message>
        <message>
            <source>{seen} of {wanted} fingers are seen. Place all of them flat, a little apart.</source>
            <translation>{seen} doigts sur {wanted} sont visibles. Posez-les tous à plat, légèrement écartés.</translation>
        </message>
        <message>
            <source>{source} says {said} ({sure}).</source>
            <translation>{source} indique {said} ({sure}).</translation>
        </message>
        <message>
            <source>{source} says {said}; here it says {standing}.</source>
            <translation>{source} indique {said} ; ici est écrit {standing}.</translation>
        </message>
        <message>
            <source>{source}, signed with {fingerprint} …</source>
            <translation>{source}, signé avec {fingerprint} …</translation>
        </message>
        <message>
            <source>{step} took {minutes} minutes; usual is {most} at most.</source>
            <translation>{step} a pris {minutes} minutes ; d’ordinaire au plus {most}.</translation>
        </message>
        <message>
            <source>{step} took {seconds} seconds; usual is {least} at least.</source>
            <translation>{step} a pris {seconds} secondes ; d’ordinaire au moins {least}.</translation>
        </message>
        <message>
            <source>{step}: half of yours take longer than {mine} s, half of the team's longer than {team} s.</source>
            <translation>{step} : la moitié des vôtres dure plus de {mine} s, la moitié de celles de l’équipe plus de {team} s.</translation>
        </message>
        <message>
            <source>{text} is no moment. Write 2026-12-31, or 2026-12-31T08:00+01:00.</source>
            <translation>{text} n’est pas un moment. Écrivez 2026-12-31 ou 2026-12-31T08:00+01:00.</translation>
        </message>
        <message>
            <source>{text} is no setting with its value. Write NAME=VALUE.</source>
            <translation>{text} n’est pas un réglage avec sa valeur. Écrivez NAME=VALUE.</translation>
        </message>
        <message>
            <source>{value} (the server's)</source>
            <translation>{value} (du serveur)</translation>
        </message>
        <message>
            <source>{waiting} waiting · {held} held · {decided} to be signed off</source>
            <translation>{waiting} à examiner · {held} en attente · {decided} à signer</translation>
        </message>
        <message>
            <source>{what}: level {level}</source>
            <translation>{what} : niveau {level}</translation>
        </message>
        <message>
            <source>{what}: the limit is reached.</source>
            <translation>{what} : la limite est atteinte.</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}</source>
            <translation>{what} : {used} sur {limit}</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}, enough until {date}</source>
            <translation>{what} : {used} sur {limit}, suffisant jusqu’au {date}</translation>
        </message>
        <message>
            <source>{whole}.{tenth}</source>
            <translation>{whole},{tenth}</translation>
        </message>
        <message>
            <source>✗ not signed by this station</source>
            <translation>✗ pas signé par cette station</translation>
        </message>
    </context>
</TS>
