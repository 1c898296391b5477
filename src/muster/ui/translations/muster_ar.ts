<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>  ·  demo, invented people only</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A description file in the packet cannot be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A key file of this station is missing. Put the folder 'keys' back from your backup.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A length in the record does not fit, at byte {offset}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A part of the program for judging pictures is missing. Install the program again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A part of the program for judging pictures was changed. Install the program again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with --password-file, or run in a terminal.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A picture for the simulated devices cannot be read: {file}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A picture of this registration is damaged on the disk. Capture it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A picture of this registration is missing on the disk. Capture it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A stored file was changed or damaged on this computer. Call your supervisor.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A stored registration cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>A user name has 2 to 50 letters, digits, dots, dashes or underscores.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All are kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>All of these are marked as exceptions; there is nothing to capture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Another program is using the station's data. Try again in a moment.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to lay both thumbs side by side on the glass.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the left hand flat on the glass.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the right hand flat on the glass.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera, eyes open, nothing on the head.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person to look straight into the iris camera with both eyes wide open.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Ask the person, or copy from a document. What is marked with * must be there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>At least 8 characters.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Back to the desk</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Busy</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Cannot be captured</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capture again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Capturing …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Centre and machine have five digits each, as the server assigned them.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Centre and machine numbers have five digits.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Centre number</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Centre {center}, machine {machine}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Change</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Check</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose a picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose one of the entries of the list.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose one or more languages, each once.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose the kind of document from the list.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose the same entry of the list in every language.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Close enough: about an arm's length</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Consent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Details</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Devices</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Discard</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Discard for good?</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Documents</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Eye cannot be captured (illness)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Eye injured or bandaged</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Eye missing</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Eyes</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Face</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Finger injured or bandaged</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Finger missing</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Go on</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Keep the best there is</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Kind of document</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Language</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan. What is marked with * must be there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left eye</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left hand</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left index finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left little finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left middle finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left ring finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Left thumb</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Making keys …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>More than one face is in the picture. Only the person may be in view.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>New registration</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Next</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Next person</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No face is in the picture. Ask the person to sit in front of the camera.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No page yet</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No readable ridges</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No ridges are visible. Clean the glass and the finger and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Number on it, if any</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Officer and supervisor must be two people: choose two user names.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Once more</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>One face, alone in the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Only try it out (invented people)</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Password</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Password of {officer}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Print the slip</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Print the slip and hand it to the person.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Put away for now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Put away, to be finished</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Read this to the person in a language they understand, then ask.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Registration</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Registration number</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Registration officer</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Remove</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right eye</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right hand</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right index finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right little finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right middle finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right ring finger</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Right thumb</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save as PDF …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Save the slip</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Scan</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Scanning …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sealing the packet and sending it …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Second language</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Send now</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set up the station</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Set up this station</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign and send</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something is missing or not right: see the fields with a red frame.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Something is still missing. Go back to the step that is not ticked.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Station</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Stop</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Take another picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Take the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The ID schema cannot be read. Ask your administrator.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The ID schema sends a field to a part of the packet that does not exist.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The biometric file is not readable XML.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The biometric file lacks a part that every record must have.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The built-in receiver did not start. Packets stay in the outbox.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The camera is starting …</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The demo stopped: a device or a check said no at the step {step}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The device saw another hand or eye than the one asked for. Place the right one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The disk is full. Free some space and try again; everything entered so far is kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The encrypted file was changed after it was written. Do not use it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The face is good. Take the picture.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The face is too far away. Come closer to the camera.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file cannot be read: {file}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file is empty. Choose another one, or scan the page again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file is not a picture this program can read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file is too short to be an encrypted packet: it ends at byte {offset}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The file registration.json cannot be understood; the part in question: {part}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The folder of pictures for the simulated devices is not there.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The form has no document of this name.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The form has no field of this name.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The key file cannot be read: it must be an RSA key in PEM or DER form.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The live picture appears here.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet has a part with a name that is not understood.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet holds no part that could be opened.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet's archive cannot be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet's archive has an entry with a forbidden name.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet's archive has two entries of the same name.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet's archive is larger unpacked than any packet may be.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The packet's number has a form that no packet has.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The password is too short: use at least {length} characters.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The person agrees</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The person confirms</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture inside the record cannot be decoded.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture inside the record is larger than any device makes.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture is cut off or damaged. Copy it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture is kept.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture is too large. Use at most 64 million pixels.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture of the eye is too small to be judged.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The picture shows no fingerprint ridges.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The quality is {quality} of 100; at least {threshold} is needed. Take it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The record ends too early, at byte {offset}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registration has no audit record. Call your supervisor.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registration holds a field that the ID schema does not know.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registration is then sealed. Nobody can change or read it at this station any more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The registration was changed after it was signed. Check it and sign it again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The sealed packet is gone from this computer's disk. Tell your supervisor.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The sealed packet was changed on this computer's disk. Tell your supervisor.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server cannot be reached. The packet is kept and sent when there is a network.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server did not answer in time. The packet is kept and will be sent again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server has a problem (status {status}). The packet is kept and will be sent again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server has no certificate for this station (its code: {server_code}). Register the station there first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server has the packet.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server refused the packet (its code: {server_code}). Tell your supervisor.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The server refused the request (status {status}).</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The signature does not match. The data was changed or comes from somebody else.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The slip is saved. It holds personal data: delete the file after use.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The slip was sent to the printer.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The station in this folder is a real one; the demo does not write to it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The station's data was written by a newer version of Muster. Update the program.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The station's database cannot be opened: it is damaged or the key is wrong.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The station's folder cannot be written. Check the disk and its permissions.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The station's settings cannot be read: station.json is damaged.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The tour waited in vain for a screen: {screen}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The two passwords of {name} differ.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The {kind} did not answer in time. Try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The {kind} is busy. Close other programs that use it and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The {kind} reported a fault. Unplug it, plug it in and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There are attempts left. A poor capture can be kept only when all are used up.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is a station in this folder already.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no station in this folder yet. Open the window once, or run 'muster station create'.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no such file: {file}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is no such folder: {folder}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is something behind the end of the record, at byte {offset}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>There is too little space on the disk for another registration. Free some first.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This date is too long ago to be a date of birth.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This date lies in the future.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This document is needed before you can go on.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This entry does not belong to the place chosen above it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This field is needed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This field needs its text in each language of the registration.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This finger, eye or face was not captured yet.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not a language of the registration.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not a registration number: it must have 29 digits ending in a date.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not the kind of record it should be.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This is not written the way the field needs it.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This key does not open the file. Use the key the file was encrypted for.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This registration is finished and cannot be changed any more.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This station does not know the language {language}.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This station has no packet with that number.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This station has no registration with that number.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>This station has no server address. Packets stay in the outbox until it has one.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Thumbs</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Try again</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Turn the screen to the person and go through it together.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Undo</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>User name</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>User name or password is wrong. Check both and try again.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Wait until the frame around the face is green.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Welcome, {name}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What answered is not the registration server. Check the address and the network.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>What the camera sees</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Whole head inside the picture</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Write the date as year/month/day, for example 1990/05/31.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>You stopped this step. Nothing was changed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Your administrator gives you these numbers.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>Your password is your signature.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>accepted by the server</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>announced, waits to be sent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>camera</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>cannot be captured</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>document scanner</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>fingerprint reader</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>iris camera</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>kept below the threshold</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>no name yet</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>none</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>not connected</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>quality %p</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>ready to be sealed</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>rejected</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>to be captured</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>waits for review</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>year/month/day</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{allowed} attempts are allowed.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{count} packets were accepted by the server.</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name} · next: {step} · {time}</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name}: cannot be captured ({reason})</source>
            <translation type="unfinished"></translation>
        </message>
        <message>
            <source>{name}: {quality}</source>
            <translation type="unfinished"></translation>
        </message>
    </context>
</TS>
