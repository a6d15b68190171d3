// What stands around the text of a place's file. The verifier and `escrutinio extract` fill in the same gaps, and
// compare the whole file with what its records give: nothing else may stand in it, no other style either.

export const FRAME = `<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-GPMAWrCoNvQVvt8OSsuKebMQkF5mmc5DbrQBLmqPW20='">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{title}}</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 40rem; margin: 0 auto; padding: 1rem; font: 1.0625rem/1.5 Georgia, "Noto Serif", serif; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.2; margin: 1.2em 0 .4em; }
table { width: 100%; border-collapse: collapse; margin: .75em 0 1.5em; }
caption { text-align: start; font-size: .9375rem; padding-block-end: .4em; }
th { text-align: start; font-weight: 400; }
td { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { border-block-end: 1px solid; padding: .3em .5em .3em 0; vertical-align: top; }
dt { font-size: .9375rem; }
dd { margin: 0 0 .6em; }
.notice { border: 1px solid; padding: .5em .75em; }
</style>
</head>
<body>
<main>
{{main}}
</main>
<pre id="place" hidden>{{payload}}</pre>
</body>
</html>
`;
