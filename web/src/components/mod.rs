//! What is seen: one component a file, props in, callbacks out.
//!
//! | place | components |
//! |---|---|
//! | top | [`top_bar`], [`host_picker`], [`copy_link`], [`theme_switch`], [`notice_bar`] |
//! | pages | [`home`], [`demo`], [`lesson_card`], [`workbench`], [`pane`], [`separator`], [`pane_tabs`] |
//! | lesson | [`lesson_pane`], [`lesson_block`], [`inline_text`], [`run_block`], [`goal_box`], [`sandbox_intro`] |
//! | picture | [`picture`], [`view_tabs`], [`eyes_picker`], [`namespace_picture`], [`mount_picture`], [`layer_table`] |
//! | control groups | [`group_picture`], [`hierarchy_card`], [`group_box`], [`token`], [`gauge`], [`free_controllers`], [`empty_picture`], [`ground`] |
//! | inspector | [`inspector`], [`step_card`], [`refusal_note`], [`change_list`], [`fidelity_badge`], [`group_files`], [`file_row`], [`value_form`], [`task_facts`], [`namespace_content`] |
//! | time | [`timeline`], [`ticks`], [`step_list`], [`step_row`], [`live_region`] |
//! | terminal | [`terminal`], [`terminal_entry`], [`hint_line`], [`command_line`], [`fork_question`] |

pub(crate) mod change_list;
pub(crate) mod command_line;
pub(crate) mod copy_link;
pub(crate) mod demo;
pub(crate) mod empty_picture;
pub(crate) mod eyes_picker;
pub(crate) mod fidelity_badge;
pub(crate) mod file_row;
pub(crate) mod fingerprint;
pub(crate) mod fork_question;
pub(crate) mod free_controllers;
pub(crate) mod gauge;
pub(crate) mod goal_box;
pub(crate) mod ground;
pub(crate) mod group_box;
pub(crate) mod group_files;
pub(crate) mod group_picture;
pub(crate) mod hierarchy_card;
pub(crate) mod hint_line;
pub(crate) mod home;
pub(crate) mod host_picker;
pub(crate) mod icon;
pub(crate) mod inline_text;
pub(crate) mod inspector;
pub(crate) mod layer_table;
pub(crate) mod lesson_block;
pub(crate) mod lesson_card;
pub(crate) mod lesson_pane;
pub(crate) mod live_region;
pub(crate) mod mount_picture;
pub(crate) mod namespace_content;
pub(crate) mod namespace_picture;
pub(crate) mod notice_bar;
pub(crate) mod pane;
pub(crate) mod pane_tabs;
pub(crate) mod picture;
pub(crate) mod refusal_note;
pub(crate) mod run_block;
pub(crate) mod sandbox_intro;
pub(crate) mod separator;
pub(crate) mod step_card;
pub(crate) mod step_list;
pub(crate) mod step_row;
pub(crate) mod task_facts;
pub(crate) mod terminal;
pub(crate) mod terminal_entry;
pub(crate) mod theme_switch;
pub(crate) mod ticks;
pub(crate) mod timeline;
pub(crate) mod token;
pub(crate) mod top_bar;
pub(crate) mod value_form;
pub(crate) mod view_tabs;
pub(crate) mod workbench;
