// Logging in: the steps are carried out where the wall stands, and how it ended is told.
#include "worker/exercise/login.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/exercise/fake_app.h"
#include "worker/exercise/phases.h"

namespace storesweep::exercise {
namespace {

const std::string kField = "android.widget.EditText";

struct LoginApp : FakeApp {
  bool accepts = true;
  bool ticked = false, logged_in = false;
  std::string typed;
  LoginApp() {
    screen = [this] { return logged_in ? page({"我的订单", "设置"}) : wall(); };
    does = [this](const DoneAction& d) {
      if (d.name == "type") typed += d.target + ";";
      if (d.name == "tap" && d.target == "我已阅读并同意") ticked = !ticked;
      if (d.name == "tap" && d.target == "登录") logged_in = accepts && ticked && !typed.empty();
      if (d.name == "clear") logged_in = false;
    };
  }
  observe::ScreenLook wall() const {
    return window(
        kApp, {{.text = "登录", .kind = "android.widget.TextView"},
               {.text = "请输入手机号", .clickable = true, .id = "com.example.app:id/phone", .kind = kField},
               {.text = "请输入密码", .clickable = true, .id = "com.example.app:id/code", .kind = kField},
               {.text = "我已阅读并同意《用户协议》和《隐私政策》",
                .clickable = true,
                .more = std::string("checkable=\"true\" checked=\"") + (ticked ? "true" : "false") + "\"",
                .kind = "android.widget.CheckBox"},
               {.text = "登录", .clickable = true}});
  }
};

LoginSteps steps() {
  using K = LoginStep::Kind;
  LoginSteps s;
  s.steps = {{K::kType, "请输入手机号", "13800138000", 0},
             {K::kType, "code", "hunter22", 0},
             {K::kTick, "我已阅读并同意", "", 0},
             {K::kWait, "", "", 2'000},
             {K::kTap, "登录", "", 0}};
  s.done_when = "我的订单";
  return s;
}

PhaseOrder order(const LoginSteps& login) {
  PhaseOrder o;
  o.package = kApp;
  o.profile = &test_profile();
  o.consent_watch_ms = 60'000;
  o.refusal_watch_ms = 10'000;
  o.least_explore_ms = 20'000;
  o.login = &login;
  return o;
}

TEST(Login, IsCarriedOutWhereTheWallStandsAndThePhaseGoesOnBehindIt) {
  LoginApp app;
  const LoginSteps login = steps();
  ASSERT_TRUE(app.run(*make_phase(Phase::kP6, order(login))));
  EXPECT_TRUE(app.logged_in);
  EXPECT_EQ(app.typed, "请输入手机号;code;");
  EXPECT_EQ(app.count("logged_in"), 1);
  EXPECT_GT(app.first("tap", app.first("logged_in")), 0) << "what lies behind it is explored";
}

TEST(Login, ATickedBoxIsLeftAlone) {
  LoginApp app;
  app.ticked = true;
  const LoginSteps login = steps();
  ASSERT_TRUE(app.run(*make_phase(Phase::kP6, order(login))));
  EXPECT_TRUE(app.logged_in);
}

TEST(Login, ThatFailsIsToldWithItsStepAndThePhaseEnds) {
  LoginApp app;
  app.accepts = false;
  const LoginSteps login = steps();
  ASSERT_TRUE(app.run(*make_phase(Phase::kP6, order(login))));
  EXPECT_FALSE(app.logged_in);
  ASSERT_GE(app.count("login_failed"), 1);
  EXPECT_LE(app.count("login_failed"), 3) << "a wall that does not give way is not run against for ever";
  const DoneAction& told = app.done[static_cast<std::size_t>(app.first("login_failed"))];
  EXPECT_EQ(told.target, "after the last step: the screen does not show `我的订单`");

  LoginApp other;
  LoginSteps wrong = steps();
  wrong.steps[1].target = "验证码";
  ASSERT_TRUE(other.run(*make_phase(Phase::kP6, order(wrong))));
  const DoneAction& which = other.done[static_cast<std::size_t>(other.first("login_failed"))];
  EXPECT_EQ(which.target, "step 2: nothing on the screen is called `验证码`");
}

TEST(Login, WithoutStepsNothingIsTyped) {
  LoginApp app;
  const LoginSteps none;
  ASSERT_TRUE(app.run(*make_phase(Phase::kP6, order(none))));
  EXPECT_EQ(app.count("type"), 0);
  EXPECT_EQ(app.count("login_failed"), 0);
}

TEST(Login, EverythingThatIsTypedIsSecret) {
  EXPECT_EQ(steps().secrets(), (std::vector<std::string>{"13800138000", "hunter22"}));
}

}  // namespace
}  // namespace storesweep::exercise
