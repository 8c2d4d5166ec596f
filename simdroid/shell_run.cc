#include "simdroid/shell_run.h"

#include "common/base/text.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {

struct ShellRun::Stage {
  Sink out;
  Sink err;
  std::unique_ptr<Job> job;
  std::shared_ptr<std::string> to_file;  // what goes to a file instead
  std::string file;
  bool append = false;
  std::string from_file;
  bool has_input_file = false;
  bool ended = false;
};

ShellRun::ShellRun(Device& device, int uid, bool terminal, Output output)
    : device_(device), uid_(uid), terminal_(terminal), output_(std::move(output)) {}
ShellRun::~ShellRun() = default;

std::string ShellRun::variable(const std::string& name) const {
  if (name == "?") return std::to_string(last_code_);
  if (name == "$") return "4242";
  if (auto it = variables_.find(name); it != variables_.end()) return it->second;
  return device_.environment(name);
}

void ShellRun::start(std::string_view text) {
  Result<Script> script = parse_shell(text);
  if (!script.ok()) {
    output_.err("/system/bin/sh: " + script.status().message() + "\n");
    return finish(1);
  }
  script_ = std::move(script).value();
  run_next();
}

void ShellRun::start_words(std::vector<std::string> command_words) {
  SimpleCommand command;
  for (std::string& word : command_words) command.words.push_back({{std::move(word), false, true}});
  Pipeline pipeline;
  pipeline.commands.push_back(std::move(command));
  script_.push_back(std::move(pipeline));
  run_next();
}

void ShellRun::run_next() {
  while (!finished_) {
    if (exiting_ || at_ == script_.size()) return finish(last_code_);
    const Pipeline& pipeline = script_[at_++];
    const bool skip = (pipeline.connector == Connector::kAnd && last_code_ != 0) ||
                      (pipeline.connector == Connector::kOr && last_code_ == 0);
    if (!skip) return run_pipeline(pipeline);
  }
}

void ShellRun::run_pipeline(const Pipeline& pipeline) {
  ++generation_;
  stages_.clear();
  negated_ = pipeline.negated;
  const std::size_t count = pipeline.commands.size();
  for (std::size_t i = 0; i < count; ++i) {
    stages_.push_back(std::make_unique<Stage>());
    Stage& stage = *stages_.back();
    stage.err = output_.err;
    if (i + 1 == count) {
      stage.out = output_.out;
    } else {
      stage.out = [this, i](std::string_view bytes) {
        if (i + 1 < stages_.size() && stages_[i + 1]->job) stages_[i + 1]->job->input(bytes);
      };
    }
  }
  const std::uint64_t generation = generation_;
  // The reader of a pipe first, so that it is there when the writer writes.
  for (std::size_t i = count; i-- > 0 && generation == generation_ && !finished_;) {
    start_stage(i, pipeline.commands[i]);
  }
}

bool ShellRun::apply_redirects(Stage& stage, const SimpleCommand& command) {
  for (const Redirect& redirect : command.redirects) {
    if (redirect.to_descriptor >= 0) {
      (redirect.from == 2 ? stage.err : stage.out) = redirect.to_descriptor == 1 ? stage.out : stage.err;
      continue;
    }
    auto expanded = expand({redirect.file}, [this](const std::string& n) { return variable(n); });
    const std::string path = expanded.empty() ? "" : expanded[0].text;
    if (redirect.from == 0) {
      stage.has_input_file = true;
      if (path == "/dev/null") continue;
      const Node* node = device_.files().find(path);
      if (!node || node->is_folder()) {
        output_.err("/system/bin/sh: can't open " + path + ": No such file or directory\n");
        return false;
      }
      stage.from_file = node->content ? *node->content : "";
      continue;
    }
    Sink& sink = redirect.from == 2 ? stage.err : stage.out;
    if (path == "/dev/null") {
      sink = [](std::string_view) {};
      continue;
    }
    if (!device_.files().may_write(path, uid_)) {
      output_.err("/system/bin/sh: can't create " + path + ": Permission denied\n");
      return false;
    }
    stage.to_file = std::make_shared<std::string>();
    stage.file = path;
    stage.append = redirect.append;
    sink = [text = stage.to_file](std::string_view bytes) { text->append(bytes); };
  }
  return true;
}

void ShellRun::start_stage(std::size_t index, const SimpleCommand& command) {
  Stage& stage = *stages_[index];
  if (!apply_redirects(stage, command)) return stage_ended(index, 1);
  std::vector<std::string> command_words;
  for (ExpandedWord& word : expand(command.words, [this](const std::string& n) { return variable(n); })) {
    if (!word.pattern) {
      command_words.push_back(std::move(word.text));
      continue;
    }
    for (std::string& path : device_.files().glob(word.text)) command_words.push_back(std::move(path));
  }
  while (!command_words.empty()) {  // NAME=value in front
    const auto equals = command_words[0].find('=');
    if (equals == std::string::npos || equals == 0 || command_words[0].find('/') < equals) break;
    variables_[command_words[0].substr(0, equals)] = command_words[0].substr(equals + 1);
    command_words.erase(command_words.begin());
  }
  if (command_words.empty()) return stage_ended(index, 0);
  run_words(index, std::move(command_words));
}

void ShellRun::run_words(std::size_t index, std::vector<std::string> command_words) {
  Stage& stage = *stages_[index];
  std::string name = command_words[0];
  for (std::string_view folder : {"/system/bin/", "/system/xbin/", "/vendor/bin/"}) {
    if (starts_with(name, folder)) name.erase(0, folder.size());
  }
  if (name == "exit") {
    exiting_ = true;
    return stage_ended(
        index, command_words.size() > 1 ? parse_int<int>(command_words[1]).value_or(2) & 255 : last_code_);
  }
  Command command = find_command(name);
  if (!command) command = find_pushed(device_, name);
  if (!command) {
    const bool path = name.find('/') != std::string::npos;
    stage.err("/system/bin/sh: " + command_words[0] + ": " +
              (path || !device_.shape().says_inaccessible ? "not found" : "inaccessible or not found") +
              "\n");
    return stage_ended(index, 127);
  }
  Invocation invocation{device_, std::move(command_words), stage.out, stage.err, {}, uid_, terminal_};
  invocation.finish = [this, index, weak = weak_from_this(), generation = generation_](int code) {
    if (auto self = weak.lock()) {
      device_.timers().after(0, [weak, index, code, generation] {
        if (auto run = weak.lock(); run && run->generation_ == generation) run->stage_ended(index, code);
      });
    }
  };
  Started started = command(invocation);
  if (auto* code = std::get_if<int>(&started)) return stage_ended(index, *code);
  stage.job = std::move(std::get<std::unique_ptr<Job>>(started));
  if (stage.has_input_file) {
    stage.job->input(stage.from_file);
    stage.job->input_end();
  } else if (index == 0) {
    if (!early_input_.empty()) stage.job->input(std::exchange(early_input_, {}));
    if (input_ended_) stage.job->input_end();
  }
}

Status ShellRun::save(const Stage& stage) {
  if (!stage.to_file) return ok_status();
  std::string content;
  const Node* old = stage.append ? device_.files().find(stage.file) : nullptr;
  if (old && old->content) content = *old->content;
  content += *stage.to_file;
  return device_.files().write(stage.file, std::make_shared<const std::string>(std::move(content)), 0644,
                               uid_, device_.timers().wall_ms() / 1000);
}

void ShellRun::hang_up() {
  for (const auto& stage : stages_) {
    if (!stage->ended) static_cast<void>(save(*stage));
  }
}

void ShellRun::stage_ended(std::size_t index, int code) {
  Stage& stage = *stages_[index];
  if (stage.ended) return;
  stage.ended = true;
  if (Status saved = save(stage); !saved.ok()) {
    output_.err("/system/bin/sh: can't create " + stage.file + ": " + saved.message() + "\n");
    code = 1;
  }
  if (index + 1 < stages_.size()) {
    if (stages_[index + 1]->job) stages_[index + 1]->job->input_end();
    return;
  }
  pipeline_ended(code);
}

void ShellRun::pipeline_ended(int code) {
  last_code_ = negated_ ? (code == 0 ? 1 : 0) : code;
  const auto next = [weak = weak_from_this(), generation = generation_] {
    if (auto run = weak.lock(); run && run->generation_ == generation) run->run_next();
  };
  // A starved device takes its time to start each program.
  device_.timers().after_host(device_.faults().starve_ms, next);
}

void ShellRun::input(std::string_view bytes) {
  if (finished_) return;
  if (!stages_.empty() && stages_[0]->job && !stages_[0]->ended && !stages_[0]->has_input_file) {
    stages_[0]->job->input(bytes);
  } else {
    early_input_.append(bytes);
  }
}

void ShellRun::input_end() {
  input_ended_ = true;
  if (!stages_.empty() && stages_[0]->job && !stages_[0]->ended) stages_[0]->job->input_end();
}

void ShellRun::drained() {
  for (auto& stage : stages_) {
    if (stage->job && !stage->ended) stage->job->drained();
  }
}

void ShellRun::finish(int code) {
  if (finished_) return;
  finished_ = true;
  output_.done(code);
}

}  // namespace storesweep::simdroid
