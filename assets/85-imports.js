// The import of a file: it is sent twice, first for verdicts, then to be written; until then it stays in the browser.
(() => {
  "use strict";
  const basis = window.basis;
  const format = basis.format;
  const SHOWN = [
    ...["date", "type", "symbol", "quantity", "price", "currency", "amount", "account", "target_symbol", "ratio"],
    ...["cost_fraction", "acquired", "cost", "lot_ids", "accrued", "fee_currency"],
  ];
  // Where an error is marked whose column is not shown; the reason names it.
  const PLACES = {
    ...{ target_symbol: "symbol", ratio: "symbol", cost_fraction: "symbol", acquired: "date", settle_date: "date" },
    ...{ lot_ids: "quantity", cost: "amount", accrued: "amount", fee: "amount", tax: "amount", fx_rate: "currency" },
    ...{ target_amount: "amount", target_currency: "currency", cash_currency: "currency", fee_currency: "currency" },
  };
  const QUESTIONS = {
    date_order: ["Is 03/04/2024 the 3rd of April or the 4th of March?", { dmy: "Day first", mdy: "Month first" }],
    decimal_mark: ["Is 1,234 a thousand or one and a bit?", { ".": "1,234 is 1234", ",": "1,234 is 1.234" }],
  };
  let state = { file: null, preview: null, answers: {}, verdict: "all", batch: null };

  const at = (id) => document.getElementById(id);
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text != null) made.textContent = text;
    return made;
  };
  const control = (text, className, act) => {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const count = (number, word) => `${format.number(number, 0)} ${word}${number === 1 ? "" : "s"}`;

  // ---- steps
  const show = (step) => {
    const root = at("import-root");
    root.dataset.at = step;
    for (const part of root.querySelectorAll("[data-shows]")) part.hidden = !part.dataset.shows.includes(step);
    for (const one of root.querySelectorAll("[data-step]")) {
      const done = Number(one.dataset.step) < step || step === 3;
      one.className = `s ${done ? "done" : Number(one.dataset.step) === step ? "on" : ""}`;
      const mark = one.querySelector("i");
      mark.className = done ? "bi bi-check-lg" : "";
      mark.textContent = done ? "" : one.dataset.step;
      if (Number(one.dataset.step) === step) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    }
    window.scrollTo(0, 0);
  };
  const begin = () => {
    state = { file: null, preview: null, answers: {}, verdict: "all", batch: null };
    fail("");
    sending(null);
    show(1);
  };
  const fail = (text) => {
    const place = at("import-failed");
    place.hidden = !text;
    place.replaceChildren(element("i", "bi bi-exclamation-circle"), element("span", "grow", text));
  };
  const sending = (share) => {
    at("import-drop").hidden = share != null;
    at("import-sending").hidden = share == null;
    if (share == null) return;
    const [bar, words] = at("import-progress").children;
    bar.firstElementChild.style.width = `${Math.round(share * 100)}%`;
    words.textContent = share < 1 ? `Sending, ${Math.round(share * 100)}%` : "Reading the rows";
  };

  // ---- sending: XMLHttpRequest tells how far an upload is, fetch does not
  const send = (action, fields) =>
    new Promise((resolve) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...state.answers, ...fields })) form.append(name, value);
      form.append("file", state.file);
      const request = new XMLHttpRequest();
      request.open("POST", `/p/${encodeURIComponent(at("import-root").dataset.slug)}/import/${action}`);
      request.setRequestHeader("Accept", "application/json");
      for (const [name, value] of Object.entries(basis.csrf())) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (event) => {
        if (action === "preview" && event.lengthComputable) sending(event.loaded / event.total);
      });
      request.addEventListener("load", () => resolve(answer(request)));
      request.addEventListener("error", () => resolve({ problem: "The connection broke off. Nothing was written." }));
      request.send(form);
    });
  const answer = (request) => {
    if (request.status === 401) {
      basis.signIn();
      return { problem: "Sign in to go on." };
    }
    try {
      const body = JSON.parse(request.responseText);
      return request.status === 200 ? { body } : { problem: body.detail };
    } catch {
      return { problem: "The server could not answer. Try again in a moment." };
    }
  };

  const take = (file) => {
    if (!file) return;
    const limit = Number(at("import-root").dataset.limit);
    state.answers = {};
    if (file.size > limit) {
      fail(
        `${file.name} is ${format.number(file.size / 1e6, 1)} MB; files up to ${limit / 1e6} MB can be taken. ` +
          "Import it in parts.",
      );
    } else {
      state.file = file;
      read();
    }
  };
  const read = async () => {
    fail("");
    sending(0);
    const { body, problem } = await send("preview", {});
    if (!at("import-root")) return; // the page was left meanwhile
    sending(null);
    if (problem) {
      fail(`${state.file.name}: ${problem}`);
      show(1);
    } else {
      state.preview = body;
      state.verdict = body.new + body.duplicate === 0 && body.error ? "error" : "all";
      drawPreview();
      show(2);
      set("import-previewed", { data: { at: Date.now() } });
    }
  };

  // ---- preview
  const said = (text) => text.replace(/\b\d{4}-[01]\d-[0-3]\d\b/g, (day) => format.day(day));
  const asRow = (verdict) => {
    const values = verdict.transaction || verdict.cells;
    const row = {
      key: String(verdict.row),
      row: verdict.row,
      verdict: verdict.verdict,
      column: verdict.column,
      reason: verdict.kept_out ? said(verdict.reason) : verdict.reason, // of an error it says what to write
      kept: verdict.kept_out,
    };
    for (const name of SHOWN) row[name] = values[name] == null ? "" : values[name];
    // What the file has is shown where it is wrong, what was read of it elsewhere.
    if (verdict.verdict === "error" && verdict.column) row[verdict.column] = verdict.cells[verdict.column] || "";
    row.fresh = verdict.new_instrument;
    row.place = PLACES[verdict.column] || verdict.column;
    if (verdict.transaction && Number(row.amount) === 0) row.amount = "";
    return row;
  };
  const drawPreview = () => {
    const { preview, verdict, file } = state;
    const rows = preview.rows.filter((row) => verdict === "all" || row.verdict === verdict);
    set("import-grid", { rowData: rows.map(asRow) });
    arrange(preview);
    document.querySelector(".import-grid").style.height = `${Math.min(Math.max(rows.length, 1), 500) * 38 + 36}px`;
    for (const tab of document.querySelectorAll("[data-verdict]")) {
      const name = tab.dataset.verdict;
      const number = name === "all" ? preview.total : preview[name];
      tab.lastElementChild.textContent = format.number(number, 0);
      tab.setAttribute("aria-pressed", String(name === verdict));
      tab.hidden = name !== "all" && number === 0;
    }
    at("import-file").textContent = file.name;
    at("import-size").textContent =
      `${count(preview.total, "row")} · ${format.number(Math.max(1, file.size / 1000), 0)} kB`;
    const left = preview.total > preview.rows.length ? `, of ${format.number(preview.total, 0)} in the file` : "";
    at("import-shown").textContent = `${count(rows.length, "row")} shown${left}`;
    drawSum(preview);
    drawNotes(preview);
  };
  // Accounts are shown where the file has some; on a phone the reason stands beside the verdict.
  const arrange = (preview) => {
    const api = window.dash_ag_grid.getApi("import-grid");
    if (!api) return;
    api.setColumnsVisible(
      ["account"],
      preview.rows.some((row) => (row.transaction || row.cells).account),
    );
    if (window.innerWidth < 768) api.moveColumns(["reason"], 2);
  };
  const drawSum = (preview) => {
    const left = [
      preview.duplicate ? count(preview.duplicate, "duplicate") : "",
      preview.error ? count(preview.error, "error") : "",
    ].filter(Boolean);
    const rest = left.length ? `, ${left.join(" and ")} left out` : "";
    at("import-sum").textContent = `${count(preview.new, "row")} will be written${rest}`;
    const commit = at("import-commit");
    commit.disabled = preview.new === 0;
    commit.textContent =
      preview.new === 0
        ? "Nothing new to import"
        : preview.error
          ? `Import ${count(preview.new, "row")}, leave out ${format.number(preview.error, 0)}`
          : `Commit ${count(preview.new, "row")}`;
    at("import-errors").hidden = at("import-errors-left").hidden = preview.error === 0;
  };
  const remark = (tone, mark, text, ...controls) => {
    const made = element("div", `note ${tone}`);
    made.setAttribute("role", "status");
    made.append(element("i", `bi bi-${mark}`), element("span", "grow", text), ...controls);
    return made;
  };
  const drawNotes = (preview) => {
    const notes = preview.problems.map((text) => remark("warn", "exclamation-circle", text));
    const row = preview.rows.find((row) => row.kept_out); // not sent where too many rows have errors
    if (row) {
      const all = `${format.number(preview.kept_out, 0)} rows stay out, since the ledger has them in other words. `;
      const first = `Row ${row.row}${preview.kept_out === 1 ? " stays out" : ""}: ${said(row.reason)}`;
      notes.push(remark("warn", "exclamation-circle", `${preview.kept_out === 1 ? "" : all}${first}`));
    }
    for (const name of preview.questions) {
      const [question, answers] = QUESTIONS[name];
      const buttons = Object.entries(answers).map(([value, text]) =>
        control(text, "b sm", () => {
          state.answers[name] = value;
          read();
        }),
      );
      notes.push(remark("warn", "question-circle", question, ...buttons));
    }
    if (preview.new_symbols.length) {
      const names = preview.new_symbols.slice(0, 12).join(", ");
      const more = preview.new_symbols.length > 12 ? ` and ${preview.new_symbols.length - 12} more` : "";
      const text = `${count(preview.new_symbols.length, "new instrument")}: ${names}${more}. Prices are fetched after the import.`;
      notes.push(remark("info", "info-circle", text));
    }
    if (preview.suggest_untracked && !state.untracked) {
      const text =
        "The file has trades and no deposit: with cash tracked, the balance goes below zero. " +
        "Without, every buy counts as money that comes in.";
      const act = control("Do not track cash", "b sm", () => {
        state.untracked = true;
        set("import-untrack", { data: { at: Date.now() } });
        drawNotes(preview);
      });
      notes.push(remark("warn", "cash-stack", text, act));
    }
    at("import-notes").replaceChildren(...notes);
  };

  // ---- commit and what follows
  const commit = async () => {
    const button = at("import-commit");
    if (button.disabled) return;
    button.disabled = true;
    button.textContent = "Writing";
    const { body, problem } = await send("commit", { skip_errors: state.preview.error ? "yes" : "no" });
    if (!at("import-root")) return;
    if (problem) {
      basis.notify({ tone: "bad", title: "Nothing was written", text: problem });
      drawPreview();
      return;
    }
    state.batch = body.batch;
    at("import-banner").className = "note ok";
    at("import-undo-last").hidden = body.batch == null;
    at("import-result").textContent =
      body.added === 0 ? "Nothing was new" : `${count(body.added, "transaction")} added`;
    const left = [
      body.duplicates ? `${count(body.duplicates, "duplicate")} left out.` : "",
      ...body.kept_out.slice(0, 3).map((row) => `Row ${row.row}: ${said(row.reason)}`),
      body.failed ? `${leftOut(body)}.` : "",
      body.fetching_prices ? "Prices of the new instruments are being fetched; the figures follow." : "",
    ];
    at("import-detail").textContent = left.filter(Boolean).join(" ") || "Every row of the file is in the ledger.";
    show(3);
    set("import-committed", { data: { batch: body.batch, at: Date.now() } });
  };
  // Names what was left out: "Row 7 (quantity) left out: ...".
  const leftOut = (body) => {
    const [first] = body.errors;
    const reason = first.reason.replace(/\.$/, "");
    if (body.failed === 1) return `Row ${first.row}${first.column ? `, ${first.column},` : ""} left out: ${reason}`;
    const numbers = body.errors.slice(0, 8).map((row) => row.row);
    return `Rows ${numbers.join(", ")}${body.failed > 8 ? ` and ${body.failed - 8} more` : ""} left out for their errors`;
  };
  const undo = (batch) => set("import-undo", { data: { batch, at: Date.now() } });

  // ---- the rows with errors as a file, to be mended and imported again
  const FORMULA = /^[\s\0]*[=+\-@\t\r]/;
  const csvCell = (value) => {
    const text = FORMULA.test(value) && !/^-?[\d.,]+$/.test(value) ? `'${value}` : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const downloadErrors = () => {
    const rows = state.preview.rows.filter((row) => row.verdict === "error");
    const names = [...new Set(rows.flatMap((row) => Object.keys(row.cells)))];
    const lines = [[...names, "row_in_file", "wrong_column", "reason"]];
    for (const row of rows) {
      lines.push([...names.map((name) => row.cells[name] || ""), String(row.row), row.column || "", row.reason]);
    }
    const text = lines.map((line) => line.map(csvCell).join(",")).join("\r\n") + "\r\n";
    const link = element("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = `errors-${state.file.name.replace(/\.[^.]*$/, "")}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // ---- cells
  const make = (...all) => window.React.createElement(...all);
  const VERDICTS = {
    new: ["ok", "plus-circle", "New"],
    duplicate: ["", "collection", "Duplicate"],
    error: ["bad", "x-circle", "Error"],
  };
  Object.assign((window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {}), {
    VerdictCell: (props) => {
      const [tone, mark, word] = VERDICTS[props.value];
      return make(
        "span",
        { className: `chip ${tone}` },
        make("i", { className: `bi bi-${mark}`, "aria-hidden": true }),
        word,
      );
    },
    ReasonCell: (props) =>
      props.value
        ? make(
            "span",
            { className: `xs reason ${props.data.verdict === "error" ? "wrong" : props.data.kept ? "" : "t2"}` },
            props.value,
          )
        : make("span", { className: "t3" }, "–"),
    ImportSymbolCell: (props) =>
      make(
        window.React.Fragment,
        null,
        make("span", { className: props.value ? "med" : "t3" }, props.value || "–"),
        props.data.target_symbol ? make("span", { className: "t3" }, " → ") : null,
        props.data.target_symbol ? make("span", { className: "med" }, props.data.target_symbol) : null,
        props.data.fresh ? make("span", { className: "chip acc tiny" }, "new") : null,
      ),
  });
  Object.assign((window.dashAgGridFunctions = window.dashAgGridFunctions || {}), {
    importNumber: (params, fewest) =>
      params.value === "" || !/^-?\d+(\.\d+)?$/.test(params.value)
        ? params.value || "–"
        : format.number(params.value, 8, { min_decimals: fewest }),
    importDay: (params) =>
      params.data.column !== "date" && /^\d{4}-\d\d-\d\d$/.test(params.value)
        ? format.day(params.value)
        : params.value || "–",
    importType: (params) =>
      params.data.column === "type" ? params.value : params.context.words[params.value] || params.value,
  });

  // ---- what a person does
  const choose = () => at("import-drop").querySelector("input").click();
  const ACTIONS = {
    "import-choose": choose,
    "import-change": () => begin(),
    "import-back": () => begin(),
    "import-again": () => begin(),
    "import-commit": commit,
    "import-errors": downloadErrors,
    "import-errors-left": downloadErrors,
    "import-undo-last": () => undo(state.batch),
  };
  document.addEventListener("click", (event) => {
    const root = event.target.closest("#import-root");
    const button = root && event.target.closest("button");
    if (!button) return;
    if (button.dataset.verdict) {
      state.verdict = button.dataset.verdict;
      drawPreview();
    } else if (button.dataset.undo) undo(Number(button.dataset.undo));
    else if (ACTIONS[button.id]) ACTIONS[button.id]();
  });
  const dropping = (event) => at("import-root") && [...event.dataTransfer.types].includes("Files");
  for (const name of ["dragover", "drop", "dragleave"]) {
    document.addEventListener(name, (event) => {
      if (!dropping(event)) return;
      event.preventDefault();
      at("import-drop").classList.toggle("over", name === "dragover");
      if (name === "drop" && at("import-root").dataset.at === "1") take(event.dataTransfer.files[0]);
    });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.imports = {
    mount: () => {
      const drop = at("import-drop");
      if (!drop.querySelector("input")) {
        const input = element("input", "sr");
        input.type = "file";
        input.accept = ".csv,.txt,.tsv,text/csv,text/plain";
        input.setAttribute("aria-label", "File with transactions");
        input.tabIndex = -1;
        input.addEventListener("change", () => {
          const [file] = input.files;
          take(file);
          input.value = "";
        });
        drop.append(input);
      }
      begin();
      return window.dash_clientside.no_update;
    },
    // An import was taken back: if it is the one that is shown, the page says so.
    undone: (done) => {
      if (!done || done.batch !== state.batch) return window.dash_clientside.no_update;
      at("import-banner").className = "note info";
      at("import-result").textContent = "Import undone";
      at("import-detail").textContent = "The ledger is as it was before.";
      at("import-undo-last").hidden = true;
      set("import-committed", { data: { batch: null, at: Date.now() } });
      state.batch = null;
      return window.dash_clientside.no_update;
    },
  };
})();
